import { onEveryImplementation } from '../support/implementations.js';
import { rosenbrock, rosenbrockMinimum } from './rosenbrock.js';
import { rules } from './rules.js';
import { distance, expectInTime } from './train.js';

onEveryImplementation("training on Rosenbrock's function", () => {
  for (const { name, make, rates } of rules) {
    it(`takes ${name} to the minimum in time`, () => {
      const far = (x: Float32Array) => distance(x, rosenbrockMinimum);
      expectInTime(rosenbrock, () => make({ learningRate: rates.rosenbrock }), far, 1e-3);
    });
  }
});
