import { createHash } from 'node:crypto';
import { Adamax, type Optimizer, schedules } from 'adamax';
import { isa, setIsa } from 'adamax/kernels';
import { expect } from 'chai';
import { implementations } from '../support/implementations.js';
import { irisRegression } from './iris.js';
import { parabola } from './parabola.js';
import { rosenbrock } from './rosenbrock.js';
import { rules } from './rules.js';
import { type Problem, train } from './train.js';

/** A hash of all that a training ends with: parameters, step counter and slots. */
function digest(problem: Problem, optimizer: Optimizer): string {
  const hash = createHash('sha256').update(train(problem, optimizer));
  for (const { data } of optimizer.getWeights()) hash.update(data);
  return hash.digest('hex');
}

describe('a whole training', () => {
  const before_ = isa();
  after(() => setIsa(before_));

  function endsAlike(problem: Problem, make: () => Optimizer): void {
    const digests = implementations.map((name) => {
      setIsa(name);
      return [name, digest(problem, make())];
    });
    expect(digests).to.deep.equal(implementations.map((name) => [name, digests[0][1]]));
  }

  for (const { name, make, rates } of rules) {
    it(`by ${name} ends with the same bits on every implementation`, () => {
      endsAlike(parabola, () => make({ learningRate: rates.parabola }));
      endsAlike(rosenbrock, () => make({ learningRate: rates.rosenbrock }));
      endsAlike(irisRegression.problem(500), () => make({ learningRate: rates.logistic }));
    });
  }

  it('with a schedule, clipping and slots of bfloat16 ends with the same bits on every implementation', () => {
    const learningRate = new schedules.CosineDecay({ initialLearningRate: 0.05, decaySteps: parabola.steps });
    endsAlike(parabola, () => new Adamax({ learningRate, clipnorm: 0.5, clipvalue: 0.1, slotDtype: 'bfloat16' }));
  });
});
