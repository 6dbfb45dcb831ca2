import { expectClose } from '../support/close.js';
import { onEveryImplementation } from '../support/implementations.js';
import { rules } from './rules.js';
import { type Problem, train } from './train.js';

const RATE = 0.01;
const SLOPES = Array.from({ length: 23 }, (_, i) => (i % 2 === 0 ? 1 : -1) * (1 + i));

/** So few steps that corrections of the first ones are most of the way. */
const plane: Problem = {
  sizes: [5, 18],
  start: SLOPES.map(() => 0),
  steps: 20,
  gradient: (_, out) => out.set(SLOPES),
};

onEveryImplementation('training on a plane', () => {
  for (const { name, make, stride } of rules) {
    it(`takes ${name} as far down as its equations say`, () => {
      const x = train(plane, make({ learningRate: RATE }));
      SLOPES.forEach((slope, i) => {
        let way = 0;
        for (let t = 1; t <= plane.steps; t++) way += RATE * stride(t, Math.abs(slope));
        // Some hundred roundings of float32, and an ε of 1e-7 beside squares that begin at 0.1.
        expectClose(x[i], -Math.sign(slope) * way, `after ${plane.steps} steps down a slope of ${slope}`, 1e-5);
      });
    });
  }
});
