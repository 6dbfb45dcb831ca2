import { checkUnused } from '../arguments/arrays.js';
import { MemoryInUse } from '../memory/in-use.js';
import { paramOf, type VariableState } from '../state/variable-state.js';
import { Rows, type StepGradient } from '../variables/gradient.js';

/** Says what a step off the event loop works on, until `end` of what is returned. */
export function takeOff(
  states: readonly VariableState[],
  gradients: readonly StepGradient[],
  counter: BigInt64Array,
): MemoryInUse {
  const inUse = new MemoryInUse();
  for (const [name, array] of [...writtenBy(states), ['iterations', counter] as const]) {
    inUse.written.cover(`${name}, which a step off the event loop writes`, array);
  }
  for (const [name, array] of readBy(states, gradients)) {
    inUse.read.cover(`${name}, which a step off the event loop reads`, array);
  }
  inUse.begin();
  return inUse;
}

/**
 * Refuses a step that would write what one under way uses, or read what it writes.
 * @throws RangeError `ERR_ADAMAX_OVERLAP`
 */
export function checkNotInFlight(states: readonly VariableState[], gradients: readonly StepGradient[]): void {
  if (MemoryInUse.isNone) return;
  for (const [name, array] of writtenBy(states)) checkUnused(name, array, true);
  for (const [name, array] of readBy(states, gradients)) checkUnused(name, array, false);
}

type Named = readonly [name: string, array: ArrayBufferView];

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
