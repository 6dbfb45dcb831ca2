import { type Leaf, Variable } from 'adamax';
import { f32 } from './data.js';
import { type Scalar, TapeEngine } from './tape.js';

export const named = (name: string, ...x: number[]) => new Variable(f32(...x), { name });

/** 5·v0 + 3·v1, element by element, of variables of this package (optimizer_v2_test.py). */
export const linear = (v0: Variable, v1: Variable) => (leaf: Leaf<Scalar[]>) => {
  const right = leaf(v1);
  return leaf(v0).map((x, i) => x.times(5).plus(right[i].times(3)));
};

export const setup = () => ({ engine: new TapeEngine(), v0: named('v0', 1, 2), v1: named('v1', 3, 4) });
