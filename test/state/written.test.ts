import { Adamax, Variable } from 'adamax';
import { expect } from 'chai';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';

const f32 = (...x: number[]) => Float32Array.from(x);

onEveryImplementation('memory that an optimizer writes', () => {
  it('counts slots that were added ahead of a step', () => {
    const w = new Variable(f32(1, 2), { name: 'w' });
    const optimizer = new Adamax();
    const m = optimizer.addSlot(w, 'm');
    const itself = () => optimizer.applyGradients([[f32(1, 1), m.data]]);
    expectError(
      itself,
      RangeError,
      'ERR_ADAMAX_OVERLAP',
      /^variable at gradsAndVars\[0\]\[1\] must not share memory with slot 'm' of 'w'/,
    );
    const gradient = () => optimizer.applyGradients([[m.data, w]]);
    expectError(
      gradient,
      RangeError,
      'ERR_ADAMAX_OVERLAP',
      /^gradient of 'w' at gradsAndVars\[0\]\[0\] must not share memory with slot/,
    );
    optimizer.applyGradients([[f32(1, 1), w]]);
    expect(optimizer.getSlot(w, 'm')).to.equal(m);
    expectError(itself, RangeError, 'ERR_ADAMAX_OVERLAP', /must not share memory with slot/);
  });

  it('counts the counter, wherever it comes to lie', () => {
    const shared = new ArrayBuffer(16);
    const optimizer = new Adamax();
    optimizer.iterations = new Variable(new BigInt64Array(shared, 0, 1), { shape: [] });
    const on = (begin: number) => () => optimizer.applyGradients([[f32(1, 1), new Float32Array(shared, begin, 2)]]);
    expectError(on(0), RangeError, 'ERR_ADAMAX_OVERLAP', /must not share memory with iterations/);
    on(8)();
    optimizer.iterations.rebind(new BigInt64Array(shared, 8, 1));
    expectError(on(8), RangeError, 'ERR_ADAMAX_OVERLAP', /^iterations must not share memory with/);
    optimizer.iterations.rebind(BigInt64Array.of(5n));
    expect(on(8)()).to.equal(6);
    expect(optimizer.applyGradients([[new Float32Array(shared, 0, 2), new Float32Array(shared, 8, 2)]])).to.equal(7);
    const late = new Adamax();
    const p = f32(1, 2);
    late.addSlot(p, 'm');
    const slot = late.getSlot(p, 'm').data;
    const onSlot = new Variable(new BigInt64Array(slot.buffer, slot.byteOffset, 1), { shape: [] });
    expectError(
      () => {
        late.iterations = onSlot as Variable<BigInt64Array>;
      },
      TypeError,
      'ERR_ADAMAX_STATE',
      /^iterations must be set before the first step/,
    );
  });
});

describe('a variable', () => {
  it('is what it was checked to be: its fields cannot be replaced', () => {
    const p = new Variable(f32(1, 2), { shape: [2, 1] });
    for (const name of ['dtype', 'shape', 'name', 'trainable', 'constraint', 'data', 'size']) {
      expect(() => Object.assign(p, { [name]: null }), name).to.throw(TypeError);
    }
    expect(JSON.stringify(Object.keys(p))).to.equal('["dtype","shape","name","constraint","data"]');
  });
});

describe('nested gradients and rows', () => {
  it('with holes are refused as undefined is', () => {
    const [w, v] = [f32(1, 2, 3), new Variable(new Float32Array(6), { shape: [2, 3] })];
    const optimizer = new Adamax();
    const hole = [1, 2, 3];
    delete hole[1];
    const missing = [
      [1, 2, 3],
      [4, 5, 6],
    ];
    delete missing[0];
    const TYPE = 'ERR_ADAMAX_ARG_TYPE';
    const at = (path: string) =>
      new RegExp(`^gradient at gradsAndVars\\[0\\]\\[0\\]${path} must be .*: received undefined$`);
    expectError(() => optimizer.applyGradients([[hole, w]]), TypeError, TYPE, at('\\[1\\]'));
    expectError(() => optimizer.applyGradients([[[hole, [4, 5, 6]], v]]), TypeError, TYPE, at('\\[0\\]\\[1\\]'));
    expectError(() => optimizer.applyGradients([[missing, v]]), TypeError, TYPE, at('\\[0\\]'));
    expect([...w]).to.deep.equal([1, 2, 3]);
  });
});
