import { append } from '../memory/built-ins.js';
import { copyInto, copyOf, lengthOf } from '../memory/typed-arrays.js';
import type { StepCounter } from '../state/step-counter.js';
import { paramOf, type VariableState } from '../state/variable-state.js';

/**
 * Copies what a step writes of these variables, whose memory is whole, and how many steps there are. The function that
 * is returned puts it back, where memory is whole still. Both run nothing that anybody could have replaced.
 */
export function copiesOf(states: readonly VariableState[], counter: StepCounter): () => void {
  const count = counter.get();
  const arrays: (Float32Array | Uint16Array)[] = [];
  const copies: (Float32Array | Uint16Array)[] = [];
  const copy = (array: Float32Array | Uint16Array) => {
    // An array without elements may lie on memory that has gone, and cannot be copied then.
    if (lengthOf(array) === 0) return;
    append(arrays, array);
    append(copies, copyOf(array));
  };
  for (let i = 0; i < states.length; i++) {
    const { slots } = states[i];
    copy(paramOf(states[i]));
    for (let k = 0; k < slots.length; k++) copy(slots[k]);
  }
  return () => {
    for (let i = 0; i < arrays.length; i++) {
      if (lengthOf(arrays[i]) === lengthOf(copies[i])) copyInto(arrays[i], copies[i]);
    }
    counter.set(count);
  };
}
