/** A process that begins every case and saves it into a folder: `node save-cases.js <folder>`. */
import { join } from 'node:path';
import { save } from 'adamax/checkpoint';
import { CASES } from './cases.js';
import { begun, contentOf } from './training.js';

const [, , folder] = process.argv;
CASES.forEach((one, i) => {
  save(join(folder, `${i}.safetensors`), contentOf(one, begun(one)));
});
