import { Adamax, type Gradient, IndexedSlices, SGD, Variable } from 'adamax';
import { expect } from 'chai';
import { expectSameBits, f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';

const named = (name: string, ...x: number[]) => new Variable(f32(...x), { name });

onEveryImplementation('trainable', () => {
  it('false: the variable is left alone, dense and sparse, at once and asynchronously, and gets no slots', async () => {
    const frozen = new Variable(f32(1, 2), { name: 'frozen', trainable: false });
    const table = new Variable(f32(1, 2), { name: 'table', shape: [2, 1], trainable: false });
    const w = named('w', 1);
    const optimizer = new SGD({ learningRate: 1, momentum: 0.5 });
    const pairs = [
      [f32(1, 1), frozen],
      [new IndexedSlices(f32(1), [1]), table],
      [f32(1), w],
    ] as [Gradient, Variable][];
    expect(optimizer.applyGradients(pairs)).to.equal(1);
    expect(await optimizer.applyGradientsAsync(pairs)).to.equal(2);
    expect([...frozen.data, ...table.data]).to.deep.equal([1, 2, 1, 2]);
    expect(w.data[0]).to.equal(1 - 1 - 1.5);
    expect(optimizer.weights.map(({ name }) => name)).to.deep.equal(['iter', 'SGD/w/momentum']);
  });

  it('may change between steps, when the very same arrays come again', () => {
    const [a, b] = [named('a', 0), named('b', 0)];
    const optimizer = new SGD({ learningRate: 1 });
    const pairs = [
      [f32(1), a],
      [f32(10), b],
    ] as [Float32Array, Variable][];
    const seen: number[][] = [];
    for (const [first, second] of [
      [true, true],
      [true, true],
      [true, true],
      [false, true],
      [false, true],
      [false, true],
      [true, false],
      [true, true],
      [true, true],
    ]) {
      a.trainable = first;
      b.trainable = second;
      optimizer.applyGradients(pairs);
      seen.push([...a.data, ...b.data]);
    }
    expect(seen).to.deep.equal([
      [-1, -10],
      [-2, -20],
      [-3, -30],
      [-3, -40],
      [-3, -50],
      [-3, -60],
      [-4, -60],
      [-5, -70],
      [-6, -80],
    ]);
    expect(optimizer.iterations.item()).to.equal(9);
  });

  it('false for a while: slots are kept as they were, and go on from there', () => {
    const step = (optimizer: Adamax, a: Variable, b: Variable, g: number) => {
      optimizer.applyGradients([
        [f32(g), a],
        [f32(g), b],
      ]);
    };
    const [a, b] = [named('a', 1), named('b', 1)];
    const optimizer = new Adamax();
    step(optimizer, a, b, 1);
    a.trainable = false;
    const before = [a.data.slice(), ...optimizer.getWeights().filter(({ name }) => name.startsWith('a/'))];
    step(optimizer, a, b, 2);
    step(optimizer, a, b, 3);
    const after = [a.data.slice(), ...optimizer.getWeights().filter(({ name }) => name.startsWith('a/'))];
    expect(after).to.deep.equal(before);
    a.trainable = true;
    step(optimizer, a, b, 4);
    // As if it had not been listed meanwhile.
    const [p, q] = [named('a', 1), named('b', 1)];
    const other = new Adamax();
    step(other, p, q, 1);
    other.applyGradients([[f32(2), q]]);
    other.applyGradients([[f32(3), q]]);
    step(other, p, q, 4);
    expectSameBits(a.data, p.data, 'a');
    expectSameBits(b.data, q.data, 'b');
    expect(other.getWeights()).to.deep.equal(optimizer.getWeights());
  });

  it('false for all of a list: nothing is stepped or counted; with a gradient missing for the others, it is an error', () => {
    const [a, b] = [named('a', 1), named('b', 1)];
    a.trainable = false;
    const optimizer = new SGD({ learningRate: 1 });
    expect(optimizer.applyGradients([[f32(1), a]])).to.equal(0);
    expect(optimizer.applyGradients([[null, a]])).to.equal(0);
    expectError(
      () =>
        optimizer.applyGradients([
          [f32(1), a],
          [null, b],
        ]),
      RangeError,
      'ERR_ADAMAX_NO_GRADIENTS',
      /received null for 'b' at gradsAndVars\[\d\]\[1\]$/,
    );
    expect([a.data[0], b.data[0]]).to.deep.equal([1, 1]);
  });

  it('set while the list is read: what was frozen by then is left alone, even if its pair was read before', () => {
    for (const times of [1, 4]) {
      const [a, b] = [named('a', 0), named('b', 0)];
      const optimizer = new SGD({ learningRate: 1 });
      const pairs = [
        [f32(1), a],
        [f32(1), b],
      ] as [Float32Array, Variable][];
      for (let k = 1; k < times; k++) optimizer.applyGradients(pairs);
      a.data.fill(0);
      b.data.fill(0);
      function* freezing() {
        yield pairs[0];
        a.trainable = false;
        yield pairs[1];
      }
      optimizer.applyGradients(freezing());
      expect([a.data[0], b.data[0]]).to.deep.equal([0, -1]);
      optimizer.applyGradients(pairs);
      expect([a.data[0], b.data[0]]).to.deep.equal([0, -2]);
    }
  });
});

describe('a variable that is not trainable', () => {
  it('is not missed when its gradient is, also when it is frozen while the list is read', () => {
    const [a, b] = [named('a', 1), named('b', 1)];
    function* freezing() {
      yield [null, a] as const;
      a.trainable = false;
      yield [f32(1), b] as const;
    }
    const optimizer = new SGD({ learningRate: 1 });
    const codes: unknown[] = [];
    const note = (warning: Error) => codes.push((warning as { code?: unknown }).code);
    process.on('warning', note);
    return new Promise<void>((resolve) => {
      optimizer.applyGradients(freezing());
      // Body and head take turns: the head is new, and the body is not forgotten.
      b.trainable = false;
      a.trainable = true;
      optimizer.applyGradients([
        [f32(1), a],
        [f32(1), b],
      ]);
      setTimeout(() => {
        process.off('warning', note);
        expect(codes).to.deep.equal([]);
        expect([a.data[0], b.data[0]]).to.deep.equal([0, 0]);
        resolve();
      }, 5);
    });
  });
});

describe('trainable as a property', () => {
  it('must be a boolean, and is left as it was otherwise', () => {
    const w = named('w', 1);
    for (const bad of [0, 'false', null, undefined]) {
      expectError(
        () => {
          w.trainable = bad as never;
        },
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /^trainable must be a boolean: received /,
      );
    }
    expect(w.trainable).to.equal(true);
    w.trainable = false;
    expect(w.trainable).to.equal(false);
  });

  it('false: build makes no slots', () => {
    const optimizer = new Adamax();
    optimizer.build([new Variable(f32(1), { name: 'a', trainable: false }), named('b', 1)]);
    expect(optimizer.getWeights().map(({ name }) => name)).to.deep.equal(['iterations', 'b/m', 'b/v']);
  });
});
