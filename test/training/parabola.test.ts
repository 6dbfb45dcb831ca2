import { onEveryImplementation } from '../support/implementations.js';
import { parabola, parabolaMinimum } from './parabola.js';
import { rules } from './rules.js';
import { distance, expectInTime } from './train.js';

onEveryImplementation('training on a badly conditioned parabola', () => {
  for (const { name, make, rates } of rules) {
    it(`takes ${name} to the minimum in time`, () => {
      const far = (x: Float32Array) => distance(x, parabolaMinimum);
      expectInTime(parabola, () => make({ learningRate: rates.parabola }), far, 1e-3);
    });
  }
});
