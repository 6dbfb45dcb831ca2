import { checkApart } from '../arguments/arrays.js';
import { MemoryRegions } from '../memory/regions.js';
import { paramOf, type VariableState } from '../state/variable-state.js';
import { Rows, type StepGradient } from '../variables/gradient.js';
import { land, takeOff } from '../variables/variable.js';

/** The steps off the event loop at this moment, of all optimizers of this thread. */
const underWay = new Set<InFlight>();
/** Their number, which each step asks for, because that is cheaper than asking the set. */
let count = 0;

/** A step off the event loop. Until `end`, its variables cannot be given other memory. */
export class InFlight {
  readonly written = new MemoryRegions<string>();
  readonly read = new MemoryRegions<string>();
  readonly #states: readonly VariableState[];

  constructor(states: readonly VariableState[], gradients: readonly StepGradient[]) {
    for (const [name, array] of writtenBy(states)) {
      this.written.cover(`${name}, which a step off the event loop writes`, array);
    }
    for (const [name, array] of readBy(states, gradients)) {
      this.read.cover(`${name}, which a step off the event loop reads`, array);
    }
    this.#states = [...states];
    for (const { variable } of this.#states) takeOff(variable);
    underWay.add(this);
    count++;
  }

  end(): void {
    underWay.delete(this);
    count--;
    for (const { variable } of this.#states) land(variable);
  }
}

/**
 * Refuses a step that would write what one under way uses, or read what it writes.
 * @throws RangeError `ERR_ADAMAX_OVERLAP`
 */
export function checkNotInFlight(states: readonly VariableState[], gradients: readonly StepGradient[]): void {
  if (count > 0) checkApartFromAll(states, gradients);
}

function checkApartFromAll(states: readonly VariableState[], gradients: readonly StepGradient[]): void {
  for (const { written, read } of underWay) {
    for (const [name, array] of writtenBy(states)) {
      checkApart(name, array, written);
      checkApart(name, array, read);
    }
    for (const [name, array] of readBy(states, gradients)) checkApart(name, array, written);
  }
}

type Named = [name: string, array: ArrayBufferView];

function writtenBy(states: readonly VariableState[]): Named[] {
  return states.flatMap((state): Named[] => {
    const { name, slots } = state;
    return [[`'${name}'`, paramOf(state)], ...slots.map((slot): Named => [`a slot of '${name}'`, slot])];
  });
}

function readBy(states: readonly VariableState[], gradients: readonly StepGradient[]): Named[] {
  return gradients.flatMap((gradient, i): Named[] => {
    const name = `gradient of '${states[i].name}'`;
    if (!(gradient instanceof Rows)) return [[name, gradient]];
    return [
      [`${name}.values`, gradient.values],
      [`${name}.indices`, gradient.indices],
    ];
  });
}
