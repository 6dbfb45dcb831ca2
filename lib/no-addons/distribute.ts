/** `adamax/distribute` where no native addon may be loaded (package.json, `exports`): the same, without an attempt. */
import { forbidAddons } from '../loading/candidates.js';

forbidAddons();

export * from '../distribute/index.js';
