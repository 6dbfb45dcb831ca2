/** `adamax/report` where no native addon may be loaded (package.json, `exports`): the same, without an attempt. */
import { forbidAddons } from '../loading/candidates.js';

forbidAddons();

export * from '../report/index.js';
