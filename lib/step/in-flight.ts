import { checkUnused } from '../arguments/arrays.js';
import { MemoryInUse, noneInUse } from '../memory/in-use.js';
import { byName, type Owner } from '../state/labels.js';
import { paramOf, type VariableState } from '../state/variable-state.js';
import { Rows, type StepGradient } from '../variables/gradient.js';
import type { PairLabels } from './pair-labels.js';

/**
 * Says what a step off the event loop works on, until `end` of what is returned.
 * @param isIdle - whether the step is not under way, or not any more
 */
export function takeOff(
  states: readonly VariableState[],
  gradients: readonly StepGradient[],
  counter: BigInt64Array,
  isIdle: () => boolean,
): MemoryInUse {
  const inUse = new MemoryInUse(isIdle);
  inUse.written.cover('iterations, which a step off the event loop writes', counter);
  for (const [owner, array] of writtenBy(states)) {
    inUse.written.cover(`${owner(byName)}, which a step off the event loop writes`, array);
  }
  for (const [owner, array] of readBy(states, gradients)) {
    inUse.read.cover(`${owner(byName)}, which a step off the event loop reads`, array);
  }
  inUse.begin();
  return inUse;
}

/**
 * Refuses a step that would write what one under way uses, or read what it writes.
 * @throws RangeError `ERR_ADAMAX_OVERLAP`
 */
export function checkNotInFlight(
  states: readonly VariableState[],
  gradients: readonly StepGradient[],
  { variable: label }: PairLabels,
): void {
  if (noneInUse()) return;
  for (const [owner, array] of writtenBy(states)) checkUnused(() => owner(label), array, true);
  for (const [owner, array] of readBy(states, gradients)) checkUnused(() => owner(label), array, false);
}

type Named = readonly [owner: Owner, array: ArrayBufferView];

function writtenBy(states: readonly VariableState[]): Named[] {
  return states.flatMap((state): Named[] => {
    const { variable, slots } = state;
    const ofSlot: Owner = (label) => `a slot of ${label(variable)}`;
    return [[(label) => label(variable), paramOf(state)], ...slots.map((slot): Named => [ofSlot, slot])];
  });
}

function readBy(states: readonly VariableState[], gradients: readonly StepGradient[]): Named[] {
  return gradients.flatMap((gradient, i): Named[] => {
    const { variable } = states[i];
    if (!(gradient instanceof Rows)) return [[(label) => `gradient of ${label(variable)}`, gradient]];
    return [
      [(label) => `values of the gradient of ${label(variable)}`, gradient.values],
      [(label) => `indices of the gradient of ${label(variable)}`, gradient.indices],
    ];
  });
}
