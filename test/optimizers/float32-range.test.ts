import { Adagrad, Adamax, type Optimizer, RMSprop, SGD, schedules, Variable } from 'adamax';
import { expect } from 'chai';
import { f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';
import { snapshot } from '../support/snapshot.js';

const rules = { Adagrad, Adamax, RMSprop, SGD };

describe('a learning rate beyond float32', () => {
  for (const [name, Rule] of Object.entries(rules)) {
    it(`is refused by ${name}, at construction and later`, () => {
      for (const learningRate of [1e39, -1e39]) {
        const message = /^learningRate must be a finite number \(in float32\): received -?1e\+39$/;
        expectError(() => new Rule({ learningRate }), RangeError, 'ERR_ADAMAX_ARG_VALUE', message);
        const optimizer = new Rule();
        expectError(
          () => {
            optimizer.learningRate = learningRate;
          },
          RangeError,
          'ERR_ADAMAX_ARG_VALUE',
          message,
        );
      }
      expect(new Rule({ learningRate: 3e38 }).learningRate).to.equal(3e38);
    });
  }

  it('is refused as lr', () => {
    const message = /^lr must be a finite number ≥ 0 \(in float32\): received 1e\+39$/;
    expectError(() => new Adamax({ lr: 1e39 }), RangeError, 'ERR_ADAMAX_ARG_VALUE', message);
  });
});

onEveryImplementation('a step whose scalars float32 cannot hold', () => {
  const cases: [string, () => Optimizer, RegExp][] = [
    [
      'a schedule that has grown past it',
      () =>
        new SGD({
          learningRate: new schedules.ExponentialDecay({ initialLearningRate: 1, decaySteps: 1, decayRate: 1e20 }),
        }),
      /^learningRate\.call\(2\) must be a finite number \(in float32\): received 1e\+40$/,
    ],
    [
      'a function',
      () => {
        const optimizer: RMSprop = new RMSprop({ learningRate: () => 10 ** (19.5 * optimizer.iterations.item()) });
        return optimizer;
      },
      /^learningRate\(\) must be a finite number \(in float32\): received 1[.0-9]*e\+39$/,
    ],
  ];
  for (const [name, make, message] of cases) {
    it(`is refused, with nothing changed: ${name}`, () => {
      const p = f32(1, 2);
      const optimizer = make();
      const step = () => optimizer.applyGradients([[f32(0, 0), p]]);
      step();
      step();
      const before = snapshot(optimizer, p);
      expectError(step, RangeError, 'ERR_ADAMAX_ARG_VALUE', message);
      expect(snapshot(optimizer, p)).to.equal(before);
    });
  }

  it('is refused, with nothing changed: a rate that the correction of Adamax lifts past it', () => {
    const p = f32(1, 2);
    const optimizer = new Adamax({ learningRate: 3e38 });
    const before = snapshot(optimizer, p);
    // 3e38 / (1 − 0.9) is 3e39.
    const message = /^learningRate \/ \(1 − beta1\^1\) must be a finite number \(in float32\): received 3[.0-9]*e\+39$/;
    expectError(() => optimizer.applyGradients([[f32(0, 0), p]]), RangeError, 'ERR_ADAMAX_ARG_VALUE', message);
    expect(snapshot(optimizer, p)).to.equal(before);
    expect([...p]).to.deep.equal([1, 2]);
    // From step 2 on 1 − 0.9ᵗ is more than 0.18, and with t = 30 more than 0.95.
    optimizer.iterations.assign(30);
    optimizer.applyGradients([[f32(0, 0), p]]);
    expect([...p]).to.deep.equal([1, 2]);
  });
});

onEveryImplementation('a bound of clipping beyond float32', () => {
  it('bounds nothing, and one that is 0 in float32 everything', () => {
    const [p, q] = [f32(1, 1), f32(1, 1)];
    new SGD({ learningRate: 1, clipvalue: 1e300, clipnorm: 1e300 }).applyGradients([[f32(2, -3e38), p]]);
    expect([...p]).to.deep.equal([-1, Math.fround(1 + 3e38)]);
    new SGD({ learningRate: 1, clipvalue: 1e-300 }).applyGradients([[f32(2, -3e38), q]]);
    expect([...q]).to.deep.equal([1, 1]);
  });
});

describe('a hyperparameter that is a variable', () => {
  it('takes no number that it would store as an infinity', () => {
    const rate = new Variable(f32(0.5), { shape: [] });
    const optimizer = new Adamax({ learningRate: rate });
    expectError(
      () => {
        optimizer.learningRate = 1e300;
      },
      RangeError,
      'ERR_ADAMAX_ARG_VALUE',
      /^learningRate must be a finite number \(in float32\): received 1e\+300$/,
    );
    expect(rate.item()).to.equal(0.5);
  });
});
