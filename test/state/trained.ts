import { Adamax, Variable } from 'adamax';
import { f32 } from '../support/data.js';

/** Makes an optimizer with two variables that has taken `steps` steps; `step(k)` takes one more, by gradients of k. */
export function trained(steps: number) {
  const a = new Variable(f32(1, 2), { name: 'a' });
  const b = new Variable(f32(1, 2, 3, 4), { name: 'b', shape: [2, 2] });
  const optimizer = new Adamax();
  const step = (k: number) =>
    optimizer.applyGradients([
      [f32(k, -1), a],
      [f32(1, 2, 3, k), b],
    ]);
  for (let k = 0; k < steps; k++) step(k);
  return { a, b, optimizer, step };
}
