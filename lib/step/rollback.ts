import { copyInto, copyOf, lengthOf } from '../memory/typed-arrays.js';
import { paramOf, type VariableState } from '../state/variable-state.js';

/** Copies what a step writes of these variables. The function that is returned puts it back, where memory is whole. */
export function copiesOf(states: readonly VariableState[]): () => void {
  const arrays = states.flatMap((state) => [paramOf(state), ...state.slots]);
  const copies = arrays.map((array) => ({ array, copy: copyOf(array) }));
  return () => {
    for (const { array, copy } of copies) if (lengthOf(array) === lengthOf(copy)) copyInto(array, copy);
  };
}
