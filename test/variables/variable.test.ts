import { IndexedSlices, Variable } from 'adamax';
import { expect } from 'chai';
import { f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';

describe('Variable', () => {
  it('adopts its array', () => {
    const data = f32(1, 2, 3, 4);
    const variable = new Variable(data, { shape: [2, 2], name: 'w', trainable: false });
    expect(variable.data).to.equal(data);
    const { shape, name, trainable, dtype, size } = variable;
    expect({ shape, name, trainable, dtype, size }).to.deep.equal({
      shape: [2, 2],
      name: 'w',
      trainable: false,
      dtype: 'float32',
      size: 4,
    });
    expect(String(variable)).to.equal("<Variable 'w' shape=[2, 2] dtype=float32>");
  });

  it('has one dimension and a name of its own by default', () => {
    const [a, b] = [new Variable(f32(1, 2)), new Variable(f32(1, 2))];
    expect(a.shape).to.deep.equal([2]);
    expect(a.name)
      .to.match(/^Variable(_\d+)?$/)
      .and.not.equal(b.name);
  });

  it('reads and writes scalars, int64 too', () => {
    const count = new Variable(BigInt64Array.of(7n), { shape: [] });
    expect(count.item()).to.equal(7);
    expect(count.assign(9).assign(10n).item()).to.equal(10);
    expect(new Variable(f32(0.5), { shape: [1, 1] }).item()).to.equal(0.5);
    expectError(() => new Variable(f32(1, 2)).item(), RangeError, 'ERR_ADAMAX_SHAPE', /received shape \[2\]$/);
  });

  it('assigns all or nothing', () => {
    const w = new Variable(f32(1, 2, 3));
    w.assign([4, 5, 6]).assign(new Float64Array([7, 8, 9]));
    expect([...w.data]).to.deep.equal([7, 8, 9]);
    expectError(() => w.assign([1, 2]), RangeError, 'ERR_ADAMAX_LENGTH', /^values must have 3 elements: received 2$/);
    expectError(
      () => w.assign([1, 2, '3'] as never),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^values must be numbers: received '3'$/,
    );
    expectError(() => w.assign(null as never), TypeError, 'ERR_ADAMAX_ARG_TYPE', /received null$/);
    expect([...w.data]).to.deep.equal([7, 8, 9]);
    const n = new Variable(BigInt64Array.of(1n, 2n));
    expectError(
      () => n.assign([3, 0.5]),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^values must be whole numbers: received 0\.5$/,
    );
    expect([...n.data]).to.deep.equal([1n, 2n]);
  });

  it('refuses what does not fit', () => {
    expectError(
      () => new Variable([1, 2] as never),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^data must be a Float32Array \(.*\): received \[ 1, 2 \]$/,
    );
    expectError(
      () => new Variable(f32(1, 2), { shape: [3] }),
      RangeError,
      'ERR_ADAMAX_SHAPE',
      /^shape must hold 2 elements: received \[3\]$/,
    );
    expectError(
      () => new Variable(f32(1, 2), { shape: [-1, -2] }),
      RangeError,
      'ERR_ADAMAX_SHAPE',
      /^shape must hold whole numbers ≥ 0: received \[ -1, -2 \]$/,
    );
    expectError(
      () => new Variable(f32(1), { shape: 1 as never }),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^shape must be an array/,
    );
    expectError(
      () => new Variable(f32(1), { name: 1 as never }),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^name must be a string: received 1$/,
    );
    expectError(
      () => new Variable(f32(1), { trainable: 1 as never }),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^trainable must be a boolean: received 1$/,
    );
    expectError(
      () => new Variable(f32(1), { dtype: 'x' } as never),
      TypeError,
      'ERR_ADAMAX_OPTION',
      /received 'dtype'$/,
    );
  });
});

describe('IndexedSlices', () => {
  it('keeps typed arrays and copies plain ones', () => {
    const values = f32(1, 2);
    const indices = Int32Array.of(3, 1);
    const slices = new IndexedSlices(values, indices, [4, 1]);
    expect(slices.values).to.equal(values);
    expect(slices.indices).to.equal(indices);
    expect(slices.denseShape).to.deep.equal([4, 1]);
    expect(new IndexedSlices(values, [3, 1]).indices).to.deep.equal(Uint32Array.of(3, 1));
    expect(new IndexedSlices(values, [3, 1]).denseShape).to.equal(null);
  });

  it('refuses what cannot be rows', () => {
    const values = f32(1);
    expectError(
      () => new IndexedSlices([1] as never, [0]),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^values must be a Float32Array/,
    );
    for (const row of [-1, 0.5, NaN, 2 ** 32]) {
      expectError(
        () => new IndexedSlices(values, [0, row]),
        RangeError,
        'ERR_ADAMAX_INDEX',
        new RegExp(`^indices\\[1\\] must be a row number: received ${row}$`),
      );
    }
    expectError(
      () => new IndexedSlices(values, ['0'] as never),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^indices\[0\] must be a number: received '0'$/,
    );
    expectError(
      () => new IndexedSlices(values, new Float32Array(1) as never),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^indices must be an Int32Array/,
    );
    expectError(
      () => new IndexedSlices(values, [0], [1.5]),
      RangeError,
      'ERR_ADAMAX_SHAPE',
      /^denseShape must hold whole numbers/,
    );
    expectError(() => new IndexedSlices(values, [0], 1 as never), TypeError, 'ERR_ADAMAX_ARG_TYPE', /denseShape/);
  });
});
