import { Adamax, type Gradient, IndexedSlices, SGD, Variable } from 'adamax';
import { expect } from 'chai';
import { f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';

onEveryImplementation('a gradient', () => {
  it('steps alike as a Float32Array, a Variable, a nested or a flat array', () => {
    const kinds: Gradient[] = [
      f32(1, 2, 3, 4),
      new Variable(f32(1, 2, 3, 4), { shape: [2, 2] }),
      [
        [1, 2],
        [3, 4],
      ],
      [1, 2, 3, 4],
    ];
    const results = kinds.map((gradient) => {
      const p = new Variable(f32(0, 0, 0, 0), { shape: [2, 2] });
      new SGD({ learningRate: 1 }).applyGradients([[gradient, p]]);
      return Array.from(p.data);
    });
    for (const result of results) expect(result).to.deep.equal([-1, -2, -3, -4]);
  });

  it('may be a number for a scalar variable, or an array of it; for another variable it is refused', () => {
    const p = new Variable(f32(1), { shape: [] });
    const optimizer = new SGD({ learningRate: 1 });
    optimizer.applyGradients([[[0.5], p]]);
    optimizer.applyGradients([[0.25, p]]);
    expect(p.item()).to.equal(0.25);
    const message = /^gradient at gradsAndVars\[0\]\[0\] must be a Float32Array, .* or null: received 0\.25$/;
    expectError(() => optimizer.applyGradients([[0.25, f32(1)]]), TypeError, 'ERR_ADAMAX_ARG_TYPE', message);
  });

  it('is refused by its length before it is read', () => {
    const p = f32(1, 2);
    const optimizer = new SGD();
    for (const length of [2 ** 32 - 1, 5e7]) {
      const message =
        /^gradient at gradsAndVars\[0\]\[0\] must have 2 elements, for shape \[2\]: received \[ <empty>(, <empty>|, \.\.\. \d+ more items)* \]$/;
      expectError(() => optimizer.applyGradients([[new Array(length), p]]), RangeError, 'ERR_ADAMAX_SHAPE', message);
    }
    expect([...p]).to.deep.equal([1, 2]);
  });

  it("is refused where its shape is not the variable's, naming the place", () => {
    const p = new Variable(f32(0, 0, 0, 0), { shape: [2, 2], name: 'p' });
    const optimizer = new Adamax();
    const cases: [unknown, typeof TypeError | typeof RangeError, string, RegExp][] = [
      [
        [[1, 2]],
        RangeError,
        'ERR_ADAMAX_SHAPE',
        /^gradient of 'p' at gradsAndVars\[0\]\[0\] must have 2 elements, for shape \[2, 2\]: received \[ \[Array\] \]$/,
      ],
      [
        [[1, 2], [3]],
        RangeError,
        'ERR_ADAMAX_SHAPE',
        /^gradient of 'p' at gradsAndVars\[0\]\[0\]\[1\] must have 2 elements, for shape \[2, 2\]: received \[ 3 \]$/,
      ],
      [
        [
          [1, 2],
          [3, '4'],
        ],
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /^gradient of 'p' at gradsAndVars\[0\]\[0\]\[1\]\[1\] must be a number: received '4'$/,
      ],
      [
        [1, 2],
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /^gradient of 'p' at gradsAndVars\[0\]\[0\]\[0\] must be an array of 2: received 1$/,
      ],
      [
        new Variable(f32(1, 2, 3, 4)),
        RangeError,
        'ERR_ADAMAX_SHAPE',
        /^gradient of 'p' at gradsAndVars\[0\]\[0\] must be \[2, 2\]: received \[4\]$/,
      ],
      [
        new Variable(new BigInt64Array(4), { shape: [2, 2] }),
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /must be of dtype float32: received .*int64/,
      ],
      [
        '1',
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /must be a Float32Array, Variable, IndexedSlices, array of numbers or null: received '1'$/,
      ],
    ];
    for (const [gradient, type, code, message] of cases) {
      expectError(() => optimizer.applyGradients([[gradient as Gradient, p]]), type, code as never, message);
    }
    expect([...p.data]).to.deep.equal([0, 0, 0, 0]);
    expect(optimizer.weights).to.have.length(1);
  });

  it('may be rows of a table as Float32Arrays, of the right length and in the right place', () => {
    for (const shape of [
      [2, 2],
      [4, 1],
      [2, 1, 2],
    ]) {
      const [p, q] = [0, 1].map(() => new Variable(f32(0, 0, 0, 0), { shape })) as [Variable, Variable];
      const row = shape.at(-1) as number;
      const rows = Array.from({ length: 4 / row }, (_, i) => f32(1, -2, 3, -4).slice(i * row, (i + 1) * row));
      const nested = shape.length === 3 ? rows.map((x) => [x]) : rows;
      new SGD({ learningRate: 1 }).applyGradients([[nested, p]]);
      new SGD({ learningRate: 1 }).applyGradients([[f32(1, -2, 3, -4), q]]);
      expect([...p.data]).to.deep.equal([...q.data]);
    }
    const p = new Variable(f32(0, 0, 0, 0), { shape: [2, 2] });
    const gone = f32(1, 2);
    structuredClone(null, { transfer: [gone.buffer as ArrayBuffer] });
    for (const [bad, code, message] of [
      [
        [f32(1, 2), f32(3)],
        'ERR_ADAMAX_SHAPE',
        /\[1\] must have 2 elements, for shape \[2, 2\]: received Float32Array\(1\)$/,
      ],
      [[f32(1, 2), gone], 'ERR_ADAMAX_SHAPE', /\[1\] must have 2 elements, .*: received Float32Array\(0\)$/],
      [
        [f32(1, 2), Float64Array.of(3, 4)],
        'ERR_ADAMAX_ARG_TYPE',
        /\[1\] must be an array of 2: received Float64Array\(2\)$/,
      ],
      [
        [
          [f32(1), f32(2)],
          [f32(3), f32(4)],
        ],
        'ERR_ADAMAX_ARG_TYPE',
        /\[0\]\[0\] must be a number: received Float32Array\(1\)$/,
      ],
    ] as const) {
      const type = code === 'ERR_ADAMAX_SHAPE' ? RangeError : TypeError;
      expectError(() => new SGD().applyGradients([[bad as unknown as Gradient, p]]), type, code, message);
    }
    expect([...p.data]).to.deep.equal([0, 0, 0, 0]);
  });

  it('is no object that only inherits from IndexedSlices or stands before one', () => {
    const p = new Variable(f32(0, 0), { shape: [2, 1] });
    const optimizer = new Adamax();
    const slices = new IndexedSlices(f32(1), [1]);
    const cases: [unknown, RegExp][] = [
      [Object.create(slices), /received an object of the class IndexedSlices that its constructor did not make$/],
      [new Proxy(slices, {}), /received a Proxy$/],
    ];
    for (const [gradient, message] of cases) {
      const step = () => optimizer.applyGradients([[gradient as Gradient, p]]);
      expectError(step, TypeError, 'ERR_ADAMAX_ARG_TYPE', message);
    }
    expect([...p.data]).to.deep.equal([0, 0]);
    expect(optimizer.weights).to.have.length(1);
  });
});
