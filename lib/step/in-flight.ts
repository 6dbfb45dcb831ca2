import { checkApart } from '../arguments/arrays.js';
import { MemoryRegions } from '../memory/regions.js';
import type { VariableState } from '../state/variable-states.js';
import type { StepGradient } from '../variables/gradient.js';
import { IN_FLIGHT, pin } from '../variables/variable.js';

/** What a step works on: the memory it writes, and the memory it reads. */
export interface Footprint {
  readonly states: readonly VariableState[];
  readonly gradients: readonly StepGradient[];
}

/** The steps off the event loop at this moment, of all optimizers of this thread. */
const underWay = new Set<InFlight>();

/** A step off the event loop. Until `end`, its variables cannot be given other memory. */
export class InFlight {
  readonly written = new MemoryRegions<string>();
  readonly read = new MemoryRegions<string>();
  readonly #pinned: (() => void)[] = [];

  constructor(footprint: Footprint) {
    for (const [name, array] of writtenBy(footprint)) {
      this.written.cover(`${name}, which a step off the event loop writes`, array);
    }
    for (const [name, array] of readBy(footprint)) {
      this.read.cover(`${name}, which a step off the event loop reads`, array);
    }
    for (const { variable } of footprint.states) {
      const before = pin(variable, IN_FLIGHT);
      this.#pinned.push(() => pin(variable, before));
    }
    underWay.add(this);
  }

  end(): void {
    underWay.delete(this);
    for (const unpin of this.#pinned) unpin();
  }
}

/**
 * Refuses a step that would write what one under way uses, or read what it writes.
 * @throws RangeError `ERR_ADAMAX_OVERLAP`
 */
export function checkNotInFlight(footprint: Footprint): void {
  for (const { written, read } of underWay) {
    for (const [name, array] of writtenBy(footprint)) {
      checkApart(name, array, written);
      checkApart(name, array, read);
    }
    for (const [name, array] of readBy(footprint)) checkApart(name, array, written);
  }
}

type Named = [name: string, array: ArrayBufferView];

function writtenBy({ states }: Footprint): Named[] {
  return states.flatMap(({ name, param, slots }): Named[] => {
    return [[`'${name}'`, param], ...slots.map((slot): Named => [`a slot of '${name}'`, slot])];
  });
}

function readBy({ states, gradients }: Footprint): Named[] {
  return gradients.flatMap((gradient, i): Named[] => {
    const name = `gradient of '${states[i].name}'`;
    if (!('indices' in gradient)) return [[name, gradient]];
    return [
      [`${name}.values`, gradient.values],
      [`${name}.indices`, gradient.indices],
    ];
  });
}
