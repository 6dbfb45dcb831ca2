import { WrittenMemory } from '../backend/memory.js';
import type { Pairs } from './pairs.js';

/**
 * Memory that steps off the event loop are writing at this moment, of all optimizers of this thread. Whoever else wants
 * to write or read it as part of a step is refused.
 */
const written = new WrittenMemory();
let steps = 0;

/** Throws when a step would meet one that is under way. @throws RangeError `ERR_ADAMAX_OVERLAP` */
export function checkApart({ states, gradients }: Pairs): void {
  if (steps === 0) return;
  states.forEach(({ name, param }, i) => {
    written.check(`'${name}'`, param);
    const gradient = gradients[i];
    if (ArrayBuffer.isView(gradient)) written.check(`gradient of '${name}'`, gradient);
    else written.check(`gradient of '${name}'.values`, gradient.values);
  });
}

export function enter({ states }: Pairs): void {
  steps++;
  for (const { name, param } of states) written.add(`'${name}', which a step off the event loop is writing`, param);
}

export function leave({ states }: Pairs): void {
  steps--;
  for (const { param } of states) written.delete(param);
}
