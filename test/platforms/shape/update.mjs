import { update } from './files.mjs';

update();
