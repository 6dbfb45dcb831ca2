import { Adamax, type Leaf, SGD, Variable } from 'adamax';
import { expect } from 'chai';
import { readGolden } from './golden/recorded.js';
import { expectAllClose } from './support/close.js';
import { f32 } from './support/data.js';
import { onEveryImplementation } from './support/implementations.js';
import { type Scalar, TapeEngine } from './support/tape.js';

/** The count, and the variables, after each step. */
type Trajectory = readonly (readonly [count: number, ...variables: (number | number[])[]])[];

const { cases } = readGolden<{ cases: Readonly<Record<string, Trajectory>> }>('minimize');

function follow(trajectory: Trajectory, variables: readonly Variable[], minimize: () => number): void {
  for (const [count, ...values] of trajectory) {
    expect(minimize()).to.equal(count);
    variables.forEach((variable, i) => {
      expectAllClose(variable.data, [values[i]].flat());
    });
  }
}

const vectors = () => [new Variable(f32(1, -2)), new Variable(f32(0.5, 0.25))] as const;

/** v·v·w + 3·w, element by element. */
const product = (v: Variable, w: Variable) => (leaf: Leaf<Scalar[]>) => {
  const right = leaf(w);
  return leaf(v).map((x, i) => x.times(x).times(right[i]).plus(right[i].times(3)));
};

onEveryImplementation('minimize, beside that of TensorFlow', () => {
  it('the function of Rosenbrock', () => {
    const optimizer = new Adamax({ learningRate: 0.1, engine: new TapeEngine() });
    const [x, y] = [new Variable(f32(-1), { shape: [] }), new Variable(f32(2), { shape: [] })];
    const loss = (leaf: Leaf<Scalar[]>) => {
      const [[p], [q]] = [leaf(x), leaf(y)];
      const [far, off] = [p.times(-1).plus(1), q.minus(p.times(p))];
      return far.times(far).plus(off.times(off).times(100));
    };
    follow(cases.scalars, [x, y], () => optimizer.minimize(loss, [x, y]));
  });

  it('a loss of two elements that are weighted, by a nested list', () => {
    const optimizer = new Adamax({ learningRate: 0.1, engine: new TapeEngine() });
    const [v, w] = vectors();
    follow(cases.weighted, [v, w], () => optimizer.minimize(product(v, w), [[v], [w]], { gradLoss: [2, -0.5] }));
  });

  it('the same without weights, by a function', () => {
    const optimizer = new SGD({ learningRate: 0.01, momentum: 0.5, engine: new TapeEngine() });
    const [v, w] = vectors();
    follow(cases.summed, [v, w], () => optimizer.minimize(product(v, w), () => [v, w]));
  });

  it('a variable that has no part in the loss', () => {
    const optimizer = new Adamax({ learningRate: 0.1, engine: new TapeEngine() });
    const [v, w] = vectors();
    const loss = (leaf: Leaf<Scalar[]>) => leaf(v).map((x) => x.times(x));
    follow(cases.unconnected, [v, w], () => optimizer.minimize(loss, [v, w]));
  });
});
