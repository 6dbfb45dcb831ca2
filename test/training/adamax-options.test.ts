import { Adamax, schedules } from 'adamax';
import { expect } from 'chai';
import { onEveryImplementation } from '../support/implementations.js';
import { irisRegression } from './iris.js';
import { newton } from './newton.js';
import { parabola, parabolaMinimum } from './parabola.js';
import { distance, type Problem, train } from './train.js';

const farFromMinimum = (x: Float32Array) => distance(x, parabolaMinimum);

onEveryImplementation('training by Adamax with a schedule', () => {
  it('brings batches, whose gradients never agree, to the optimum that a constant rate stays away from', () => {
    // The multiples of 37 modulo 80 name each flower once, and mix the species.
    const order = Array.from({ length: 80 }, (_, i) => (37 * i) % 80);
    const batches = Array.from({ length: 10 }, (_, k) => order.slice(8 * k, 8 * (k + 1)));
    const problem = irisRegression.problem(2000, batches);
    const least = irisRegression.loss(newton(irisRegression));
    const excess = (learningRate: number | schedules.LearningRateSchedule) =>
      irisRegression.loss(train(problem, new Adamax({ learningRate }))) - least;
    const decaying = new schedules.CosineDecay({ initialLearningRate: 0.2, decaySteps: problem.steps });
    expect(excess(0.2)).to.be.above(1e-6);
    expect(excess(decaying)).to.be.below(1e-8);
  });
});

onEveryImplementation('training by Adamax with clipping', () => {
  /** The parabola, with one gradient that is 10,000 times too long, as a broken batch gives it. */
  const spoiled: Problem = {
    ...parabola,
    gradient(x, out, step) {
      parabola.gradient(x, out, step);
      if (step === 10) for (let i = 0; i < out.length; i++) out[i] = i % 2 === 0 ? 1e4 : -1e4;
    },
  };
  const after = (options: { clipnorm?: number; clipvalue?: number }) =>
    farFromMinimum(train(spoiled, new Adamax({ learningRate: 0.1, ...options })));

  it('arrives in spite of a gradient that holds all later steps up without', () => {
    expect(after({})).to.be.above(0.1);
    // The gradient at the start, the longest of a good descent, is (1, 0, 0, …).
    expect(after({ clipnorm: 1 })).to.be.at.most(1e-3);
    expect(after({ clipvalue: 0.2 })).to.be.at.most(1e-3);
  });
});

onEveryImplementation('training by Adamax with slots of bfloat16', () => {
  it('arrives', () => {
    const x = train(parabola, new Adamax({ learningRate: 0.01, slotDtype: 'bfloat16' }));
    expect(farFromMinimum(x)).to.be.at.most(2e-3);
  });
});
