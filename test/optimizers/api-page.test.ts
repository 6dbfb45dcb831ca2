import * as adamax from 'adamax';
import { type Gradient, initializers, type Leaf, type Nested, type Optimizer, Variable } from 'adamax';
import { expect } from 'chai';
import { expectSameBits, f32 } from '../support/data.js';
import { onEveryImplementation } from '../support/implementations.js';
import { type Scalar, sum, TapeEngine } from '../support/tape.js';

// What the examples take from elsewhere: NumPy, zip, layers and models of Keras. All state that is spoken of is ours.

const np = {
  array: (x: Nested) => x,
  arange: (n: number) => {
    const numbers = Array.from({ length: n }, (_, i) => i);
    return {
      reshape: (rows: number, columns: number) =>
        Array.from({ length: rows }, (_, i) => numbers.slice(i * columns, (i + 1) * columns)),
    };
  },
  ones: (shape: number[]): Nested => filled(shape, 1),
  zeros: (shape: number | number[]): Nested => filled([shape].flat(), 0),
};

function filled([length, ...rest]: number[], value: number): Nested {
  return Array.from({ length }, () => (rest.length === 0 ? value : filled(rest, value)));
}

function* zip<A, B>(first: readonly A[], second: readonly B[]): Generator<readonly [A, B]> {
  for (let i = 0; i < Math.min(first.length, second.length); i++) yield [first[i], second[i]];
}

/** A layer that makes its variables when it is called first, as those of Keras do. */
class Dense {
  readonly variables: Variable[] = [];
  readonly #units: number;

  constructor(units: number) {
    this.#units = units;
  }

  call(inputs: readonly number[][], leaf: Leaf<readonly Scalar[]>): Scalar[][] {
    const units = this.#units;
    if (this.variables.length === 0) {
      const shape = [inputs[0].length, units];
      const kernel = initializers.glorotUniform({ seed: 1 })(shape);
      this.variables.push(new Variable(kernel, { shape }), new Variable(new Float32Array(units)));
    }
    const [kernel, bias] = this.variables.map(leaf);
    return inputs.map((row) =>
      Array.from(bias, (b, j) => sum(row.map((x, i) => kernel[i * units + j].times(x))).plus(b)),
    );
  }
}

class Sequential {
  readonly #layer: Dense;
  #optimizer: Optimizer | undefined;

  constructor([layer]: [Dense]) {
    this.#layer = layer;
  }

  compile(optimizer: Optimizer, _: { loss: 'mse' }): void {
    this.#optimizer = optimizer;
  }

  /** One epoch in one batch; labels are broadcast over the units. */
  fit(data: readonly number[][], labels: Nested): number {
    const loss = (leaf: Leaf<readonly Scalar[]>) => {
      const errors = this.#layer.call(data, leaf).flatMap((row, i) => row.map((y) => y.minus((labels as number[])[i])));
      return sum(errors.map((error) => error.times(error))).times(1 / errors.length);
    };
    this.#optimizer?.minimize(loss, () => this.#layer.variables, { engine: new TapeEngine() });
    return this.#optimizer?.lastLoss ?? Number.NaN;
  }
}

const tf = {
  keras: {
    optimizers: adamax,
    models: { Sequential },
    layers: { Dense },
  },
  distribute: { getReplicaContext: () => ({ allReduce: (_: 'sum', gradients: Gradient[]) => gradients }) },
};

onEveryImplementation('the examples of the API page', () => {
  const trained = () => {
    const opt = new tf.keras.optimizers.RMSprop();
    const m = new tf.keras.models.Sequential([new tf.keras.layers.Dense(10)]);
    m.compile(opt, { loss: 'mse' });
    const data = np.arange(100).reshape(5, 20);
    const labels = np.zeros(5);
    const results = m.fit(data, labels);
    return { opt, m, results };
  };

  it('getWeights: three values, the count and the mean squares of kernel and bias', () => {
    const { opt, m, results } = trained();
    expect(results).to.be.greaterThan(0);
    expect(opt.getWeights().length).to.equal(3);
    expect(opt.getWeights().map(({ shape }) => shape)).to.deep.equal([[], [20, 10], [10]]);
    expect(m.fit(np.arange(100).reshape(5, 20), np.zeros(5))).to.be.lessThan(results);
  });

  it('setWeights: the count is 10, and the state is what was set', () => {
    const { opt } = trained();
    const newWeights = [np.array(10), np.ones([20, 10]), np.zeros([10])];
    opt.setWeights(newWeights);
    expect(String(opt.iterations)).to.equal("<Variable 'iter' shape=[] dtype=int64>");
    expect(opt.iterations.item()).to.equal(10);
    const [, kernel, bias] = opt.getWeights();
    expectSameBits(kernel.data as Float32Array, new Float32Array(200).fill(1), 'kernel');
    expectSameBits(bias.data as Float32Array, new Float32Array(10), 'bias');
  });

  it('applyGradients: of gradients that were aggregated already', () => {
    const optimizer = new tf.keras.optimizers.Adamax();
    const vars = [new Variable(f32(1, 2)), new Variable(f32(3))];
    const engine = new TapeEngine();
    const loss = (leaf: Leaf<readonly Scalar[]>) => sum(vars.flatMap((v) => leaf(v).map((x) => x.times(x))));
    let grads = optimizer.getGradients(loss, vars, { engine });
    grads = tf.distribute.getReplicaContext().allReduce('sum', grads);
    // Processing aggregated gradients.
    expect(optimizer.applyGradients(zip(grads, vars), { experimentalAggregateGradients: false })).to.equal(1);
    // The first step of Adamax goes by the learning rate, against the sign of the gradient.
    expect([...vars[0].data, ...vars[1].data].map((x) => x.toFixed(4))).to.deep.equal(['0.9990', '1.9990', '2.9990']);
  });
});
