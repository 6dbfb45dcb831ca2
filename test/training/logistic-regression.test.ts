import { expect } from 'chai';
import { onEveryImplementation } from '../support/implementations.js';
import { heldOutIrises, irises, irisRegression } from './iris.js';
import { LogisticRegression } from './logistic-regression.js';
import { newton } from './newton.js';
import { rules } from './rules.js';
import { expectInTime, train } from './train.js';

const optimum = newton(irisRegression);
const problem = irisRegression.problem(500);
/** Above the least loss there is. */
const excess = (x: Float32Array) => irisRegression.loss(x) - irisRegression.loss(optimum);

describe("Newton's method, which training is compared with", () => {
  it('finds the coefficients, the deviance and the errors that statsmodels 0.15 gives for these irises', () => {
    const regression = new LogisticRegression(irises(), 0);
    const x = newton(regression);
    const expected = [-2.4652202, -6.68088701, 9.42938515, 18.28613689, -42.63780381];
    for (let k = 0; k < expected.length; k++) expect(x[k]).to.be.closeTo(expected[k], 1e-7);
    expect(2 * 100 * regression.loss(x)).to.be.closeTo(11.898546791358845, 1e-10);
    expect(regression.right(x)).to.equal(98);
  });

  it('leaves no gradient', () => {
    for (const g of irisRegression.gradient(optimum)) expect(g).to.be.closeTo(0, 1e-15);
  });
});

onEveryImplementation('training a logistic regression of irises', () => {
  for (const { name, make, rates } of rules) {
    const optimizer = () => make({ learningRate: rates.logistic });

    it(`takes ${name} to the loss that Newton's method finds, in time`, () => {
      expectInTime(problem, optimizer, excess, 1e-5);
    });

    it(`has ${name} tell flowers apart that it has not seen`, () => {
      const right = heldOutIrises.right(train(problem, optimizer()));
      expect(right).to.equal(heldOutIrises.right(optimum));
      expect(right).to.be.at.least(19);
    });
  }
});
