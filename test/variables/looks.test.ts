import { inspect } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { Adamax, IndexedSlices, SGD, Variable } from 'adamax';
import { expect } from 'chai';
import { f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';

const line = (value: unknown, options = {}) => inspect(value, { breakLength: Infinity, compact: 99, ...options });

describe('what is shown of variables and slices', () => {
  it('is class, name, shape, dtype and the first elements', () => {
    const w = new Variable(f32(1, 2, 3, 4, 5, 6, 7, 8), { name: 'w', shape: [2, 4] });
    const text = "Variable { name: 'w', shape: [ 2, 4 ], dtype: 'float32', data: [ 1, 2, 3, 4, 5, 6, ... 2 more ] }";
    expect(line(w)).to.equal(text);
    expect(line({ w }, { depth: 0 })).to.equal('{ w: [Variable] }');
    expect(line([w], { colors: true })).to.match(/\[32m'w'/);
    const count = new Variable(BigInt64Array.of(7n), { name: 'n', shape: [], trainable: false });
    expect(line(count)).to.equal("Variable { name: 'n', shape: [], dtype: 'int64', trainable: false, data: [ 7n ] }");
    const half = new Variable(Uint16Array.of(0x3f80, 0xc000), { name: 'h' });
    expect(line(half)).to.equal("Variable { name: 'h', shape: [ 2 ], dtype: 'bfloat16', data: [ 1, -2 ] }");
    const slices = new IndexedSlices(f32(1, 2), [7], [9, 2]);
    expect(line(slices)).to.equal('IndexedSlices { values: [ 1, 2 ], indices: [ 7 ], denseShape: [ 9, 2 ] }');
  });

  it('also when the memory has gone, and by whatever asks', () => {
    const w = new Variable(f32(1, 2), { name: 'w' });
    structuredClone(w.data.buffer, { transfer: [w.data.buffer] });
    expect(line(w)).to.match(/data: \[detached\]/);
    const show = (w as unknown as Record<symbol, (...args: unknown[]) => string>)[
      Symbol.for('nodejs.util.inspect.custom')
    ];
    expect(show.call(w)).to.match(/^Variable \{/);
    const failing = () => {
      throw new Error('no');
    };
    expect(show.call(w, 2, {}, failing)).to.equal('[Variable]');
  });

  it('is what messages call them by', () => {
    const w = new Variable(f32(1, 2), { name: 'w' });
    const message = (value: unknown) => new RegExp(`^grads.* must be .*: received ${value}$`);
    const optimizer = new Adamax();
    for (const [wrong, text] of [
      [w, "a Variable 'w' of shape \\[2\\] and dtype float32"],
      [new IndexedSlices(f32(1), [0]), 'IndexedSlices\\(1\\)'],
      [optimizer, "the optimizer 'Adamax'"],
    ]) {
      expectError(() => optimizer.applyGradients(wrong as never), TypeError, 'ERR_ADAMAX_ARG_TYPE', message(text));
    }
  });
});

describe('copies of variables and slices', () => {
  it('keep the numbers: by structuredClone, v8.serialize, and in JSON as base64', () => {
    const w = new Variable(f32(1, -0), { name: 'w', shape: [2, 1] });
    const plain = { dtype: 'float32', shape: [2, 1], name: 'w', constraint: null, data: f32(1, -0) };
    expect(structuredClone(w)).to.deep.equal(plain);
    expect(deserialize(serialize(w))).to.deep.equal(plain);
    expect({ ...w }).to.deep.equal(plain);
    expect(JSON.parse(JSON.stringify(w))).to.deep.equal({
      name: 'w',
      dtype: 'float32',
      shape: [2, 1],
      data: Buffer.from(f32(1, -0).buffer).toString('base64'),
    });
    const slices = new IndexedSlices(f32(1, 2), BigInt64Array.of(3n, 4n), [5, 1]);
    expect(structuredClone(slices)).to.deep.equal({ ...slices });
    const values = Buffer.from(f32(1, 2).buffer).toString('base64');
    expect(JSON.parse(JSON.stringify(slices))).to.deep.equal({ values, indices: [3, 4], denseShape: [5, 1] });
    expect(w).to.not.deep.equal(new Variable(f32(1, 1), { name: 'w', shape: [2, 1] }));
  });

  it('go where setWeights finds a place of their name', () => {
    const w = f32(1, 2);
    const optimizer = new Adamax();
    optimizer.build([new Variable(w, { name: 'w' })]);
    const moments = [
      new Variable(f32(3, 4), { name: 'w/m' }),
      new Variable(f32(5, 6), { name: 'w/v' }),
      new Variable(BigInt64Array.of(7n), { name: 'iterations', shape: [] }),
    ];
    for (const copies of [JSON.parse(JSON.stringify(moments)), structuredClone(moments)]) {
      optimizer.setWeights(copies);
      expect(optimizer.iterations.item()).to.equal(7);
      optimizer.iterations.assign(0);
    }
    expect([...(optimizer.weights[1].data as Float32Array)]).to.deep.equal([3, 4]);
  });

  it('are refused in JSON when the memory has gone, and nothing is written for nothing', () => {
    const w = new Variable(f32(1, 2), { name: 'w' });
    const slices = new IndexedSlices(w.data, [0, 1]);
    structuredClone(w.data.buffer, { transfer: [w.data.buffer] });
    expectError(() => JSON.stringify(w), TypeError, 'ERR_ADAMAX_DETACHED', /^'w' must be a view on live memory/);
    expectError(
      () => JSON.stringify(slices),
      TypeError,
      'ERR_ADAMAX_DETACHED',
      /^values must be a view on live memory/,
    );
  });
});

onEveryImplementation('JSON of a variable', (name) => {
  it('is refused while a step off the event loop writes it', async () => {
    const [w, gradient] = [2, 1].map((x) => new Variable(new Float32Array(2 ** 20).fill(x), { name: 'w' }));
    const optimizer = new Adamax();
    const step = optimizer.applyGradientsAsync([[gradient, w]]);
    const message = /^toJSON must wait for the step that works on 'w': received a call before it was done$/;
    if (name !== 'js') expectError(() => JSON.stringify(w), TypeError, 'ERR_ADAMAX_BUSY', message);
    expect(line(w)).to.match(/^Variable/);
    expect(() => gradient.toJSON()).to.not.throw();
    await step;
    expect(() => w.toJSON()).to.not.throw();
  });
});

describe('a scalar variable', () => {
  it('is a number in arithmetic; others are refused there', () => {
    const rate = new Variable(f32(0.5), { shape: [] });
    expect([(rate as never) * 2, Math.sqrt(new Variable(f32(4)) as never)]).to.deep.equal([1, 2]);
    expect(`${rate}`).to.match(/^<Variable/);
    const two = new Variable(f32(1, 2)) as never;
    expectError(() => two * 2, RangeError, 'ERR_ADAMAX_SHAPE', /^item\(\) must be asked of one element: received/);
  });

  it('as the learning rate is scaled by `lr *=`', () => {
    const rate = new Variable(f32(0.5), { shape: [] });
    const optimizer = new SGD({ learningRate: rate }) as unknown as { lr: number };
    optimizer.lr *= 0.5;
    expect(optimizer.lr).to.equal(rate);
    expect(rate.item()).to.equal(0.25);
  });
});
