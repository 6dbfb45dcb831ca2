import { checkApart } from '../arguments/arrays.js';
import { MemoryRegions } from '../memory/regions.js';
import { IndexedSlices } from '../variables/indexed-slices.js';
import type { Pairs } from './step-pairs.js';

/** Memory that steps off the event loop work on at this moment, of all optimizers of this thread. */
const written = new MemoryRegions();
const read = new MemoryRegions();
let steps = 0;

/** Throws when a step would write what one under way uses, or read what it writes. @throws RangeError `ERR_ADAMAX_OVERLAP` */
export function checkNotInFlight(pairs: Pairs): void {
  if (steps === 0) return;
  for (const [name, array] of writtenBy(pairs)) {
    checkApart(name, array, written);
    checkApart(name, array, read);
  }
  for (const [name, array] of readBy(pairs)) checkApart(name, array, written);
}

export function enter(pairs: Pairs): void {
  steps++;
  for (const [name, array] of writtenBy(pairs)) written.add(`${name}, which a step off the event loop writes`, array);
  for (const [name, array] of readBy(pairs)) read.add(`${name}, which a step off the event loop reads`, array);
}

export function leave(pairs: Pairs): void {
  steps--;
  for (const [, array] of writtenBy(pairs)) written.delete(array);
  for (const [, array] of readBy(pairs)) read.delete(array);
}

type Named = [name: string, array: ArrayBufferView];

function writtenBy({ states }: Pairs): Named[] {
  return states.flatMap(({ name, param, slots }): Named[] => {
    return [[`'${name}'`, param], ...slots.map((slot): Named => [`a slot of '${name}'`, slot])];
  });
}

function readBy({ states, gradients }: Pairs): Named[] {
  return gradients.flatMap((gradient, i): Named[] => {
    const name = `gradient of '${states[i].name}'`;
    if (!(gradient instanceof IndexedSlices)) return [[name, gradient]];
    return [
      [`${name}.values`, gradient.values],
      [`${name}.indices`, gradient.indices],
    ];
  });
}
