import { type ErrorCode, initializers } from 'adamax';
import { expect } from 'chai';
import { fansOf, orthonormalize } from '#internals';
import { expectError } from '../support/errors.js';

const {
  constant,
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  identity,
  lecunNormal,
  lecunUniform,
  ones,
  orthogonal,
  randomNormal,
  randomUniform,
  truncatedNormal,
  varianceScaling,
  zeros,
} = initializers;

function meanOf(values: Float32Array): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}

function stddevOf(values: Float32Array): number {
  const mean = meanOf(values);
  return Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length);
}

/** Largest magnitude. */
function reachOf(values: Float32Array): number {
  return values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
}

const RANDOM: [string, (options: { seed?: number | null }) => initializers.Initializer][] = [
  ['randomNormal', randomNormal],
  ['randomUniform', randomUniform],
  ['truncatedNormal', truncatedNormal],
  ['glorotUniform', glorotUniform],
  ['glorotNormal', glorotNormal],
  ['heUniform', heUniform],
  ['heNormal', heNormal],
  ['lecunUniform', lecunUniform],
  ['lecunNormal', lecunNormal],
  ['orthogonal', orthogonal],
  ['varianceScaling', varianceScaling],
];

describe('constant initializers', () => {
  it('fill arrays of the shape', () => {
    const cases: [initializers.Initializer, number][] = [
      [zeros(), 0],
      [ones(), 1],
      [constant(), 0],
      [constant({ value: -2.5 }), -2.5],
      [constant({ value: Infinity }), Infinity],
    ];
    for (const [initializer, value] of cases) {
      for (const shape of [[], [0], [3], [2, 3], [2, 0, 3], [2, 3, 4]]) {
        const values = initializer(shape);
        expect(values).to.be.an.instanceOf(Float32Array);
        expect(values).to.have.length(shape.reduce((size, n) => size * n, 1));
        expect(values.every((x) => x === value)).to.equal(true);
      }
      expect(initializer([2])).to.not.equal(initializer([2]));
    }
  });

  it('identity has a diagonal, in matrices of any shape', () => {
    expect([...identity()([2, 2])]).to.deep.equal([1, 0, 0, 1]);
    expect([...identity({ gain: 0.5 })([2, 3])]).to.deep.equal([0.5, 0, 0, 0, 0.5, 0]);
    expect([...identity({ gain: -3 })([3, 2])]).to.deep.equal([-3, 0, 0, -3, 0, 0]);
    expect([...identity()([0, 3])]).to.deep.equal([]);
    for (const shape of [[], [4], [2, 2, 2]]) {
      expectError(() => identity()(shape), RangeError, 'ERR_ADAMAX_SHAPE', /^shape of identity must have 2 dim.*\]$/);
    }
  });
});

describe('random initializers', () => {
  it('have the bits of their seed, on every machine', () => {
    // Philox 4×32-10 in Python, quantile by mpmath at 120 bits
    const cases: [initializers.Initializer, number[]][] = [
      [
        randomUniform({ seed: 0 }),
        [-0.010095357894897461, 0.038052015006542206, 0.023571277037262917, 0.010548179969191551, 0.04722411558032036],
      ],
      [
        randomNormal({ seed: 42 }),
        [0.014352095313370228, -0.07260686159133911, 0.11241057515144348, 0.0017432296881452203, 0.04689786583185196],
      ],
      [
        truncatedNormal({ seed: 42 }),
        [0.014352095313370228, -0.07260686159133911, 0.0017432296881452203, 0.04689786583185196, 0.013022799044847488],
      ],
      [
        randomNormal({ seed: -1 }),
        [-0.006558294873684645, 0.015549522824585438, -0.06363995373249054, 0.014481822028756142, -0.06662619858980179],
      ],
      [
        randomUniform({ seed: 2 ** 53 - 1 }),
        [
          -0.017709922045469284, 0.006537032313644886, 0.032783813774585724, 0.015310997143387794,
          -0.028934037312865257,
        ],
      ],
    ];
    for (const [initializer, values] of cases) expect([...initializer([5])]).to.deep.equal(values);
  });

  for (const [name, factory] of RANDOM) {
    it(`${name} repeats itself with a seed, and only then`, () => {
      const shape = [4, 5];
      const initializer = factory({ seed: 7 });
      const values = initializer(shape);
      expect(initializer(shape)).to.deep.equal(values);
      expect(factory({ seed: 7 })(shape)).to.deep.equal(values);
      expect(factory({ seed: 8 })(shape)).to.not.deep.equal(values);
      const fresh = factory({});
      expect(fresh(shape)).to.not.deep.equal(fresh(shape));
      expect(factory({ seed: null })(shape)).to.not.deep.equal(fresh(shape));
    });
  }

  it('have the mean, the spread and the bounds they are given', () => {
    const n = 100000;
    const shape = [n / 100, 100];
    const normal = randomNormal({ mean: 3, stddev: 2, seed: 1 })(shape);
    expect(meanOf(normal)).to.be.closeTo(3, (4 * 2) / Math.sqrt(n));
    expect(stddevOf(normal)).to.be.closeTo(2, (4 * 2) / Math.sqrt(2 * n));
    const truncated = truncatedNormal({ mean: 3, stddev: 2, seed: 1 })(shape);
    expect(meanOf(truncated)).to.be.closeTo(3, (4 * 2) / Math.sqrt(n));
    expect(stddevOf(truncated)).to.be.closeTo(2 * 0.8796256610342398, (4 * 2) / Math.sqrt(2 * n));
    expect(reachOf(truncated.map((x) => x - 3))).to.be.within(3.99, 4.000001);
    const uniform = randomUniform({ minval: -1, maxval: 5, seed: 1 })(shape);
    expect(meanOf(uniform)).to.be.closeTo(2, (4 * 6) / Math.sqrt(12 * n));
    expect(stddevOf(uniform)).to.be.closeTo(6 / Math.sqrt(12), (4 * 6) / Math.sqrt(12 * n));
    expect(uniform.every((x) => x >= -1 && x < 5)).to.equal(true);
    expect(reachOf(uniform)).to.be.above(4.99);
    expect(stddevOf(randomNormal({ seed: 1 })(shape))).to.be.closeTo(0.05, 0.001);
    expect(reachOf(randomUniform({ seed: 1 })(shape))).to.be.within(0.0499, 0.05);
    expect([...randomUniform({ minval: 2, maxval: 2 })([2])]).to.deep.equal([2, 2]);
    expect([...randomNormal({ mean: 2, stddev: 0 })([2])]).to.deep.equal([2, 2]);
  });
});

describe('variance scaling', () => {
  it('counts inputs and outputs as Keras does', () => {
    const cases: [number[], [number, number]][] = [
      [[], [1, 1]],
      [[7], [7, 7]],
      [
        [3, 5],
        [3, 5],
      ],
      [
        [4, 3, 5],
        [12, 20],
      ],
      [
        [2, 4, 3, 5],
        [24, 40],
      ],
      [
        [2, 2, 2, 3, 5],
        [24, 40],
      ],
    ];
    for (const [shape, fans] of cases) expect(fansOf(shape)).to.deep.equal(fans);
  });

  // a shape whose inputs, 1152, and outputs, 576, differ
  const shape = [3, 3, 128, 64];
  const [fanIn, fanOut] = [1152, 576];
  const n = 3 * 3 * 128 * 64;

  /** Its variance; a bound of its values, which some come near to. */
  const CASES: [string, initializers.Initializer, variance: number, bound: number][] = [
    ['glorotUniform', glorotUniform({ seed: 1 }), 2 / (fanIn + fanOut), Math.sqrt(6 / (fanIn + fanOut))],
    [
      'glorotNormal',
      glorotNormal({ seed: 1 }),
      2 / (fanIn + fanOut),
      (2 / 0.87962566) * Math.sqrt(2 / (fanIn + fanOut)),
    ],
    ['heUniform', heUniform({ seed: 1 }), 2 / fanIn, Math.sqrt(6 / fanIn)],
    ['heNormal', heNormal({ seed: 1 }), 2 / fanIn, (2 / 0.87962566) * Math.sqrt(2 / fanIn)],
    ['lecunUniform', lecunUniform({ seed: 1 }), 1 / fanIn, Math.sqrt(3 / fanIn)],
    ['lecunNormal', lecunNormal({ seed: 1 }), 1 / fanIn, (2 / 0.87962566) * Math.sqrt(1 / fanIn)],
    ['its default', varianceScaling({ seed: 1 }), 1 / fanIn, (2 / 0.87962566) * Math.sqrt(1 / fanIn)],
    [
      'fan_out, uniform',
      varianceScaling({ scale: 3, mode: 'fan_out', distribution: 'uniform', seed: 1 }),
      3 / fanOut,
      Math.sqrt(9 / fanOut),
    ],
    [
      'fan_avg, normal',
      varianceScaling({ scale: 3, mode: 'fan_avg', distribution: 'normal', seed: 1 }),
      3 / ((fanIn + fanOut) / 2),
      (2 / 0.87962566) * Math.sqrt(6 / (fanIn + fanOut)),
    ],
  ];

  for (const [name, initializer, variance, bound] of CASES) {
    it(`has the variance of ${name}`, () => {
      const values = initializer(shape);
      const stddev = Math.sqrt(variance);
      expect(meanOf(values)).to.be.closeTo(0, (4 * stddev) / Math.sqrt(n));
      expect(stddevOf(values)).to.be.closeTo(stddev, (4 * stddev) / Math.sqrt(2 * n));
      expect(reachOf(values)).to.be.within(bound * 0.999, bound * 1.000001);
    });
  }

  it('has no bound for untruncated_normal', () => {
    const values = varianceScaling({ distribution: 'untruncated_normal', seed: 1 })(shape);
    expect(stddevOf(values)).to.be.closeTo(Math.sqrt(1 / fanIn), (4 * Math.sqrt(1 / fanIn)) / Math.sqrt(2 * n));
    expect(reachOf(values) * Math.sqrt(fanIn)).to.be.within(3.8, 6);
  });

  it('names distributions in any case, and normal the truncated one', () => {
    const values = (distribution: string) => varianceScaling({ distribution: distribution as never, seed: 1 })([3, 4]);
    expect(values('normal')).to.deep.equal(values('truncated_normal'));
    expect(values('Uniform')).to.deep.equal(values('uniform'));
    expect(values('uniform')).to.not.deep.equal(values('normal'));
  });

  it('divides by 1 at least', () => {
    expect(heNormal()([0, 3])).to.have.length(0);
    expect(reachOf(varianceScaling({ mode: 'fan_in', distribution: 'uniform', seed: 1 })([]))).to.be.below(
      Math.sqrt(3),
    );
  });
});

describe('orthogonal', () => {
  /** The largest difference of products of rows, or columns, from those of an orthogonal matrix. */
  function defect(values: Float32Array | Float64Array, rows: number, columns: number, gain: number): number {
    const [count, length] = rows < columns ? [rows, columns] : [columns, rows];
    const at = (vector: number, i: number) => values[rows < columns ? vector * columns + i : i * columns + vector];
    let most = 0;
    for (let a = 0; a < count; a++) {
      for (let b = 0; b <= a; b++) {
        let product = 0;
        for (let i = 0; i < length; i++) product += at(a, i) * at(b, i);
        most = Math.max(most, Math.abs(product / gain ** 2 - (a === b ? 1 : 0)));
      }
    }
    return most;
  }

  for (const [shape, rows, columns] of [
    [[1, 1], 1, 1],
    [[5, 5], 5, 5],
    [[100, 100], 100, 100],
    [[200, 30], 200, 30],
    [[30, 200], 30, 200],
    [[3, 3, 8, 16], 72, 16],
    [[2, 3, 100], 6, 100],
  ] as const) {
    it(`is orthogonal: ${shape.join(' × ')}`, () => {
      for (const gain of [1, -0.5]) {
        const values = orthogonal({ gain, seed: 3 })(shape);
        expect(values).to.have.length(rows * columns);
        expect(defect(values, rows, columns, gain)).to.be.below(1e-6);
      }
    });
  }

  it('is what QR with a positive diagonal makes of the normal numbers', () => {
    const [a, b, c, d] = randomNormal({ stddev: 1, seed: 4 })([4]);
    // columns (a, b) and (c, d); the second loses its part along the first
    const norm = Math.hypot(a, b);
    const sign = Math.sign(a * d - b * c);
    const expected = [a, -b * sign, b, a * sign].map((x) => x / norm);
    const values = orthogonal({ seed: 4 })([2, 2]);
    expected.forEach((x, i) => {
      expect(values[i]).to.be.closeTo(x, 1e-6);
    });
  });

  it('holds for vectors that hardly differ', () => {
    const n = 10; // Hilbert's matrix, of condition 10¹³
    const vectors = Float64Array.from({ length: n * n }, (_, i) => 1 / (1 + (i % n) + Math.floor(i / n)));
    orthonormalize(vectors, n);
    expect(defect(vectors, n, n, 1)).to.be.below(1e-14);
  });

  it('is uniform: determinants of either sign, elements of mean 0 and variance 1 / n', () => {
    const n = 4000;
    let [positive, first, square] = [0, 0, 0];
    for (let seed = 0; seed < n; seed++) {
      const [a, b, c, d] = orthogonal({ seed })([2, 2]);
      if (a * d - b * c > 0) positive++;
      first += a;
      square += d * d;
    }
    expect(positive / n).to.be.closeTo(0.5, 2 / Math.sqrt(n));
    expect(first / n).to.be.closeTo(0, 4 / Math.sqrt(2 * n));
    expect(square / n).to.be.closeTo(0.5, 4 / Math.sqrt(8 * n));
  });

  it('needs two dimensions, which may be empty', () => {
    for (const shape of [[], [4]]) {
      expectError(
        () => orthogonal()(shape),
        RangeError,
        'ERR_ADAMAX_SHAPE',
        /^shape of orthogonal must have at le.*\]$/,
      );
    }
    expect(orthogonal()([0, 3])).to.have.length(0);
    expect(orthogonal()([3, 0])).to.have.length(0);
  });
});

describe('arguments of initializers', () => {
  const cases: [
    string,
    (value: unknown) => unknown,
    unknown[],
    typeof TypeError | typeof RangeError,
    string,
    string,
  ][] = [];
  const refuse = (
    option: string,
    factory: (options: never) => initializers.Initializer,
    values: unknown[],
    type: typeof TypeError | typeof RangeError,
    code: string,
    expected: string,
  ) => cases.push([option, (value) => factory({ [option]: value } as never), values, type, code, expected]);
  const notFinite = [NaN, Infinity, -Infinity, 1e39];

  for (const [option, factory] of [
    ['mean', randomNormal],
    ['mean', truncatedNormal],
    ['minval', randomUniform],
    ['maxval', randomUniform],
    ['gain', identity],
    ['gain', orthogonal],
  ] as const) {
    refuse(option, factory, notFinite, RangeError, 'ERR_ADAMAX_ARG_VALUE', 'a finite number (in float32)');
    refuse(option, factory, ['1', null, true, [1], 1n], TypeError, 'ERR_ADAMAX_ARG_TYPE', 'a number');
  }
  for (const factory of [randomNormal, truncatedNormal]) {
    const expected = 'a finite number ≥ 0 (in float32)';
    refuse('stddev', factory, [...notFinite, -1], RangeError, 'ERR_ADAMAX_ARG_VALUE', expected);
    refuse('stddev', factory, ['1', null], TypeError, 'ERR_ADAMAX_ARG_TYPE', 'a number');
  }
  refuse('maxval', randomUniform, [-0.06], RangeError, 'ERR_ADAMAX_ARG_VALUE', '≥ minval, -0.05');
  refuse('value', constant, ['1', null, [1]], TypeError, 'ERR_ADAMAX_ARG_TYPE', 'a number');
  const aboveZero = 'a finite number > 0 (in float32)';
  refuse('scale', varianceScaling, [...notFinite, 0, -1], RangeError, 'ERR_ADAMAX_ARG_VALUE', aboveZero);
  refuse('scale', varianceScaling, ['1', null], TypeError, 'ERR_ADAMAX_ARG_TYPE', 'a number');
  const modes = 'one of fan_in, fan_out, fan_avg';
  refuse('mode', varianceScaling, ['fanIn', 'toString'], RangeError, 'ERR_ADAMAX_ARG_VALUE', modes);
  refuse('mode', varianceScaling, [1, null], TypeError, 'ERR_ADAMAX_ARG_TYPE', 'a string');
  const distributions = 'one of truncated_normal, untruncated_normal, uniform';
  refuse('distribution', varianceScaling, ['cauchy'], RangeError, 'ERR_ADAMAX_ARG_VALUE', distributions);
  refuse('distribution', varianceScaling, [1, null], TypeError, 'ERR_ADAMAX_ARG_TYPE', 'a string');
  for (const [, factory] of RANDOM) {
    const expected = 'a whole number between −2⁵³ and 2⁵³';
    refuse('seed', factory, [0.5, NaN, 2 ** 53], RangeError, 'ERR_ADAMAX_ARG_VALUE', expected);
    refuse('seed', factory, ['1', 1n], TypeError, 'ERR_ADAMAX_ARG_TYPE', 'a whole number or null');
  }

  it('are checked at once', () => {
    for (const [option, action, values, type, code, expected] of cases) {
      const message = `^${option} must be ${expected.replace(/[()]/g, '\\$&')}: received \\S`;
      for (const value of values) expectError(() => action(value), type, code as ErrorCode, new RegExp(message));
    }
  });

  it('are no others', () => {
    for (const [name, factory] of [...RANDOM, ['constant', constant], ['identity', identity]] as const) {
      const only = new RegExp(`^${name} must only have the options .*: received 'sede'$`);
      expectError(() => factory({ sede: 1 } as never), TypeError, 'ERR_ADAMAX_OPTION', only);
      expectError(() => factory(1 as never), TypeError, 'ERR_ADAMAX_ARG_TYPE', /must be an object: received 1$/);
    }
    expectError(() => zeros({ a: 1 }), TypeError, 'ERR_ADAMAX_OPTION', /^zeros must have no options: received 'a'$/);
    expectError(() => ones({ a: 1 }), TypeError, 'ERR_ADAMAX_OPTION', /^ones must have no options: received 'a'$/);
  });

  it('are shapes', () => {
    for (const factory of [zeros, ones, constant, identity, ...RANDOM.map(([, random]) => random)]) {
      const initializer = factory({});
      expectError(
        () => initializer(3 as never),
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /^shape must be an array .*: received 3$/,
      );
      expectError(
        () => initializer([-1, 2]),
        RangeError,
        'ERR_ADAMAX_SHAPE',
        /^shape must hold whole numbers ≥ 0: rec/,
      );
      const huge = [2 ** 30, 2 ** 30];
      expectError(
        () => initializer(huge),
        RangeError,
        'ERR_ADAMAX_MEMORY',
        /^shape must fit in memory: received \[107/,
      );
    }
  });
});
