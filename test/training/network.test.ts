import { Adamax } from 'adamax';
import { expect } from 'chai';
import { type Scalar, sum, TapeEngine, TapeVariable } from '../support/tape.js';

describe('a network with two layers', () => {
  it('learns exclusive or by an engine, and is resumed in the midst', () => {
    const learn = (halves: boolean) => {
      const engine = new TapeEngine();
      const hidden = new TapeVariable('hidden', 0.5, -0.6, 0.1, 0.7, 0.4, -0.2, -0.3, 0.8, 0.05, -0.9, 0.3, 0.2);
      const output = new TapeVariable('output', 0.6, -0.5, 0.8, -0.7, 0.1);
      const square = (x: Scalar) => x.times(x);
      const predict = (a: number, b: number) => {
        const h = hidden.nodes;
        const units = [0, 1, 2, 3].map((j) =>
          square(
            h[3 * j]
              .times(a)
              .plus(h[3 * j + 1].times(b))
              .plus(h[3 * j + 2]),
          ),
        );
        return sum(units.map((unit, j) => unit.times(output.nodes[j]))).plus(output.nodes[4]);
      };
      const loss = () =>
        sum(
          [
            [0, 0, 0],
            [0, 1, 1],
            [1, 0, 1],
            [1, 1, 0],
          ].map(([a, b, y]) => square(predict(a, b).minus(y))),
        );
      let optimizer = new Adamax({ learningRate: 0.02, engine });
      const losses: number[] = [];
      const variables = [hidden, output];
      for (let k = 0; k < 200; k++) {
        if (halves && k === 77) {
          const text = JSON.stringify([optimizer.getConfig(), optimizer.getWeights()]);
          const [config, weights] = JSON.parse(text);
          optimizer = Adamax.fromConfig(config);
          optimizer.engine = engine;
          optimizer.build(variables);
          optimizer.setWeights(weights);
        }
        expect(optimizer.minimize(loss, variables)).to.equal(k + 1);
        losses.push(optimizer.lastLoss as number);
      }
      return losses;
    };
    const losses = learn(false);
    expect(losses[0]).to.be.greaterThan(1);
    expect(losses[199]).to.be.lessThan(0.01);
    expect(learn(true)).to.deep.equal(losses);
  });
});
