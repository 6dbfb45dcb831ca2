import {
  Adagrad,
  Adamax,
  type ErrorCode,
  type Gradient,
  IndexedSlices,
  type Optimizer,
  type OptimizerOptions,
  RMSprop,
  SGD,
  Variable,
} from 'adamax';
import { isa, sumSquares } from 'adamax/kernels';
import { expect } from 'chai';
import { joinSums, PIECE, type StepHooks, stepperOf } from '#internals';
import { f32, Random } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';
import { detach, ResizableArrayBuffer } from '../support/memory.js';

const SIZES = [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 5];

const bytesOf = (array: ArrayBufferView) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
const sameBytes = (a: ArrayBufferView, b: ArrayBufferView) => Buffer.compare(bytesOf(a), bytesOf(b)) === 0;

/** Every array that a step may write, by variable: the parameter, then its slots. */
function arraysOf(optimizer: Optimizer, variable: Variable): (Float32Array | Uint16Array)[] {
  const slots = optimizer.getSlotNames().map((name) => optimizer.getSlot<Uint16Array>(variable, name).data);
  return [variable.data, ...slots];
}

const start = () => SIZES.map((size, i) => new Variable(new Random(7 + i).normals(size), { name: `v${i}` }));
const gradientsOf = (step: number) => SIZES.map((size, i) => new Random(100 * step + i).normals(size));

/** Borders of what is summed at a time, and when: the later half of a large variable comes before the earlier one. */
function stretchesOf(size: number): [number, number][] {
  if (size <= PIECE) return [[0, size]];
  return [
    [PIECE, size],
    [PIECE, PIECE],
    [0, PIECE],
  ];
}

/** Steps by sums that come stretch by stretch, into the same arrays at each step; what has not come is NaN. */
function arriving(gradients: () => readonly Float32Array[]): StepHooks {
  const sums = SIZES.map((size) => new Float32Array(size).fill(NaN));
  return {
    aggregate: () => sums,
    normOf(entry) {
      const gradient = gradients()[entry];
      const pieces: number[] = [];
      for (let begin = 0; begin < gradient.length; begin += PIECE) {
        pieces.push(sumSquares(gradient.subarray(begin, begin + PIECE)));
      }
      return Math.sqrt(joinSums(pieces));
    },
    drive(count, run, stretch) {
      for (let i = count - 1; i >= 0; i--) {
        for (const [begin, end] of stretchesOf(sums[i].length)) {
          sums[i].set(gradients()[i].subarray(begin, end), begin);
          stretch(i, begin, end);
          run(i, 1);
          sums[i].fill(NaN, begin, end);
        }
      }
    },
  };
}

/** Steps by sums each of which comes in the same array as the one before; those of the entries are never there. */
function arrivingInOneArray(gradients: () => readonly Float32Array[]): StepHooks {
  const hooks = arriving(gradients);
  const sum = new Float32Array(Math.max(...SIZES)).fill(NaN);
  return {
    ...hooks,
    drive(count, run, stretch) {
      for (let i = 0; i < count; i++) {
        for (const [begin, end] of stretchesOf(SIZES[i])) {
          sum.set(gradients()[i].subarray(begin, end));
          stretch(i, begin, end, sum.subarray(0, end - begin));
          run(i, 1);
          sum.fill(NaN);
        }
      }
    },
  };
}

onEveryImplementation('stretches of a step', () => {
  const kinds: [string, (options: OptimizerOptions) => Optimizer, OptimizerOptions][] = [
    ['Adamax', (options) => new Adamax(options), {}],
    ['Adamax, clipvalue', (options) => new Adamax(options), { clipvalue: 0.5 }],
    ['Adamax, clipnorm', (options) => new Adamax(options), { clipnorm: 3 }],
    ['Adamax, bfloat16', (options) => new Adamax(options), { slotDtype: 'bfloat16', clipnorm: 30 }],
    ['Adamax, finite', (options) => new Adamax(options), { nonFinite: 'throw' }],
    ['Adagrad', (options) => new Adagrad(options), { clipvalue: 0.25, nonFinite: 'throw' }],
    ['RMSprop', (options) => new RMSprop({ ...options, momentum: 0.9 }), { slotDtype: 'bfloat16' }],
    ['RMSprop, centered', (options) => new RMSprop({ ...options, centered: true }), { clipvalue: 1 }],
    ['SGD', (options) => new SGD(options), { clipnorm: 3 }],
  ];
  for (const [title, make, options] of kinds) {
    it(`have the bits of a step that is whole: ${title}`, () => {
      const whole = make(options);
      const ofWhole = start();
      let gradients: Float32Array[] = [];
      const others = [arriving, arrivingInOneArray].map((hooks) => {
        const [apart, ofApart] = [make(options), start()];
        stepperOf(apart).hooks = hooks(() => gradients);
        return { way: hooks.name, apart, ofApart };
      });
      for (let step = 0; step < 3; step++) {
        gradients = gradientsOf(step);
        whole.applyGradients(gradients.map((gradient, i) => [gradient, ofWhole[i]]));
        for (const { way, apart, ofApart } of others) {
          apart.applyGradients(gradients.map((gradient, i) => [gradient, ofApart[i]]));
          ofWhole.forEach((variable, i) => {
            const got = arraysOf(apart, ofApart[i]);
            arraysOf(whole, variable).forEach((array, k) => {
              const what = `${way}: step ${step}, array ${k} of ${variable.size} elements`;
              expect(sameBytes(got[k], array), what).to.equal(true);
            });
          });
        }
      }
    });
  }

  it('are all that is written, and last as long as their step', () => {
    const size = 3 * PIECE + 5;
    const variable = new Variable(new Random(3).normals(size));
    const optimizer = new Adagrad({ learningRate: 1 });
    optimizer.build([variable]);
    const gradient = new Random(4).normals(size).map((x) => x + 9);
    const pairs: [Gradient, Variable][] = [[gradient, variable]];
    const before = arraysOf(optimizer, variable).map((array) => array.slice());
    const changed = () =>
      arraysOf(optimizer, variable).map((array, k) => {
        return [0, 1, 2, 3].map((piece) => {
          const [begin, end] = [piece * PIECE, Math.min((piece + 1) * PIECE, size)];
          const same = sameBytes(array.subarray(begin, end), before[k].subarray(begin, end));
          return same ? 0 : array.subarray(begin, end).every((x, i) => x !== before[k][begin + i]) ? 1 : 0.5;
        });
      });
    stepperOf(optimizer).hooks = {
      drive(_, run, stretch) {
        stretch(0, PIECE, 2 * PIECE);
        run(0, 1);
      },
    };
    // Also where nothing is listed anew.
    for (let k = 0; k < 4; k++) optimizer.applyGradients(pairs);
    expect(changed()).to.deep.equal([
      [0, 1, 0, 0],
      [0, 1, 0, 0],
    ]);
    stepperOf(optimizer).hooks = { drive: (_, run) => run(0, 1) };
    optimizer.applyGradients(pairs);
    expect(changed()[0]).to.deep.equal([1, 1, 1, 1]);
    before.forEach((array, k) => {
      array.set(arraysOf(optimizer, variable)[k] as Float32Array);
    });
    stepperOf(optimizer).hooks = { drive: (_, _run, stretch) => stretch(0, 3 * PIECE, size) };
    optimizer.applyGradients(pairs);
    expect(changed()[0]).to.deep.equal([0, 0, 0, 0]);
    stepperOf(optimizer).hooks = null;
    optimizer.applyGradients(pairs);
    expect(changed()[0]).to.deep.equal([1, 1, 1, 1]);
    expect(optimizer.iterations.item()).to.equal(7);
  });

  it('are refused where they are none, and then nothing has changed', () => {
    const size = 2 * PIECE + 5;
    const variable = new Variable(new Random(3).normals(size));
    const optimizer = new Adamax();
    const pairs: [Gradient, Variable][] = [[new Random(4).normals(size), variable]];
    optimizer.applyGradients(pairs);
    const before = arraysOf(optimizer, variable).map((array) => array.slice());
    const bad: [number, number, number, RegExp][] = [
      [1, 0, PIECE, /^entry must be one of 1: received 1$/],
      [-1, 0, PIECE, /^entry must be/],
      [0.5, 0, PIECE, /^entry must be/],
      [0, 1, PIECE, /^stretch must be from a multiple of 65536 .* at 131077: received '1 to 65536'$/],
      [0, -PIECE, PIECE, /^stretch must be/],
      [0, PIECE, 0, /^stretch must be/],
      [0, 0, PIECE + 1, /^stretch must be/],
      [0, 0, 3 * PIECE, /^stretch must be/],
      [0, 0, size + 1, /^stretch must be/],
      [0, size, size, /^stretch must be/],
      [0, NaN, size, /^stretch must be/],
      [0, 0, NaN, /^stretch must be/],
      [0, 0, Infinity, /^stretch must be/],
    ];
    for (const [entry, begin, end, message] of bad) {
      stepperOf(optimizer).hooks = {
        drive(_, run, stretch) {
          stretch(entry, begin, end);
          run(0, 1);
        },
      };
      expectError(() => optimizer.applyGradients(pairs), RangeError, 'ERR_ADAMAX_ARG_VALUE', message);
      arraysOf(optimizer, variable).forEach((array, k) => {
        expect(sameBytes(array, before[k]), `array ${k}`).to.equal(true);
      });
    }
    stepperOf(optimizer).hooks = null;
    expect(optimizer.applyGradients(pairs)).to.equal(2);
  });

  it('refuse a gradient of their own that cannot be stepped by, and then nothing has changed', () => {
    const size = 2 * PIECE + 5;
    const variable = new Variable(new Random(3).normals(size), { name: 'w' });
    const optimizer = new Adagrad();
    const pairs: [Gradient, Variable][] = [[new Random(4).normals(size), variable]];
    optimizer.applyGradients(pairs);
    const [param, slot] = arraysOf(optimizer, variable) as Float32Array[];
    const before = [param.slice(), slot.slice()];
    const gone = new Float32Array(PIECE);
    detach(gone);
    const bad: [unknown, typeof TypeError | typeof RangeError, ErrorCode, RegExp][] = [
      [new Float32Array(PIECE - 1), RangeError, 'ERR_ADAMAX_LENGTH', /must have 65536 elements .*: received 65535$/],
      [new Float32Array(size), RangeError, 'ERR_ADAMAX_LENGTH', /must have 65536 elements/],
      [new Float64Array(PIECE), TypeError, 'ERR_ADAMAX_ARG_TYPE', /must be a Float32Array/],
      [gone, TypeError, 'ERR_ADAMAX_DETACHED', /must be a view on live memory/],
      [
        new Float32Array(new ResizableArrayBuffer(4 * PIECE, { maxByteLength: 8 * PIECE }), 0, PIECE),
        TypeError,
        'ERR_ADAMAX_RESIZABLE',
        /must lie on a buffer of fixed length/,
      ],
      [param.subarray(PIECE, 2 * PIECE), RangeError, 'ERR_ADAMAX_OVERLAP', /must not share memory with 'w'/],
      [slot.subarray(5, PIECE + 5), RangeError, 'ERR_ADAMAX_OVERLAP', /must not share memory with /],
    ];
    for (const [gradient, type, code, message] of bad) {
      stepperOf(optimizer).hooks = {
        drive(_, run, stretch) {
          stretch(0, 0, PIECE, gradient as Float32Array);
          run(0, 1);
        },
      };
      expectError(() => optimizer.applyGradients(pairs), type, code, message);
      expect(sameBytes(param, before[0]) && sameBytes(slot, before[1]), code).to.equal(true);
    }
    stepperOf(optimizer).hooks = null;
    expect(optimizer.applyGradients(pairs)).to.equal(2);
  });

  it('refuse a gradient of their own that is gone when they are run, also in a list that is known for long', () => {
    const size = 2 * PIECE;
    const variable = new Variable(new Random(3).normals(size), { name: 'w' });
    const optimizer = new Adamax();
    const pairs: [Gradient, Variable][] = [[new Random(4).normals(size), variable]];
    let own = new Float32Array(PIECE);
    let meanwhile = () => {};
    stepperOf(optimizer).hooks = {
      drive(_, run, stretch) {
        stretch(0, PIECE, size, own);
        meanwhile();
        run(0, 1);
      },
    };
    for (let step = 0; step < 4; step++) optimizer.applyGradients(pairs);
    const before = arraysOf(optimizer, variable).map((array) => array.slice());
    const step = () => optimizer.applyGradients(pairs);
    meanwhile = () => detach(own);
    for (let again = 0; again < 2; again++) {
      own = new Float32Array(PIECE);
      expectError(step, TypeError, 'ERR_ADAMAX_DETACHED', /^gradient of 'w' at \S+ must be a view on live memory/);
      arraysOf(optimizer, variable).forEach((array, k) => {
        expect(sameBytes(array, before[k]), `array ${k}`).to.equal(true);
      });
    }
    // An earlier one may go once it was run, and whatever has no element.
    own = new Float32Array(PIECE);
    stepperOf(optimizer).hooks = {
      drive(_, run, stretch) {
        stretch(0, PIECE, size, own);
        run(0, 1);
        const empty = new Float32Array(0);
        stretch(0, PIECE, PIECE, empty);
        detach(own);
        detach(empty);
        run(0, 1);
      },
    };
    expect(step()).to.equal(5);
    stepperOf(optimizer).hooks = null;
    expect(step()).to.equal(6);
  });

  it('refuse a gradient of their own that a step off the event loop writes', async () => {
    const other = new Variable(new Float32Array(8 * PIECE), { name: 'other' });
    const variable = new Variable(new Float32Array(2 * PIECE));
    const [optimizer, away] = [new Adamax(), new Adamax()];
    stepperOf(optimizer).hooks = {
      drive(_, run, stretch) {
        stretch(0, 0, PIECE, other.data.subarray(0, PIECE));
        run(0, 1);
      },
    };
    const done = away.applyGradientsAsync([[new Float32Array(8 * PIECE).fill(1), other]]);
    const step = () => optimizer.applyGradients([[new Float32Array(2 * PIECE), variable]]);
    // The fallback has no other thread: it is done.
    if (isa() !== 'js')
      expectError(step, RangeError, 'ERR_ADAMAX_OVERLAP', /must not share memory with 'other', which/);
    await done;
    expect(step()).to.equal(1);
    expect([variable.data[0] > 0, variable.data[PIECE]]).to.deep.equal([true, 0]);
  });

  it('out of place, refuse a gradient of their own that is written', () => {
    const size = 2 * PIECE;
    const variable = new Variable(new Float32Array(size));
    const optimizer = new Adamax();
    const out = new Float32Array(size);
    let own = out.subarray(PIECE);
    stepperOf(optimizer).hooks = {
      drive(_, run, stretch) {
        stretch(0, 0, PIECE, own);
        run(0, 1);
      },
    };
    const step = () => stepperOf(optimizer).step('getUpdates', [[new Float32Array(size), variable]], true, [out]);
    expectError(step, RangeError, 'ERR_ADAMAX_OVERLAP', /^gradient of the stretch must not share memory with out of/);
    own = new Float32Array(PIECE).fill(1);
    expect(step()).to.equal(1);
    expect([out[PIECE - 1] < 0, out[PIECE], variable.data[0]]).to.deep.equal([true, 0, 0]);
  });

  it('are only the whole where the gradient is sparse, which may be dense at the next step', () => {
    const table = new Variable(new Float32Array(2 * PIECE).fill(1), { shape: [2, PIECE], name: 'table' });
    const optimizer = new Adamax({ learningRate: 1 });
    let [begin, end] = [0, PIECE];
    stepperOf(optimizer).hooks = {
      drive(_, run, stretch) {
        stretch(0, begin, end);
        run(0, 1);
      },
    };
    const dense: Gradient = new Float32Array(2 * PIECE).fill(1);
    const rows: Gradient = new IndexedSlices(new Float32Array(PIECE).fill(1), [1], table.shape);
    optimizer.applyGradients([[dense, table]]);
    const borders = [0, PIECE - 1, PIECE, 2 * PIECE - 1];
    const moved = () => borders.map((i) => table.data[i] < 0.5);
    expect(moved()).to.deep.equal([true, true, false, false]);
    const step = () => optimizer.applyGradients([[rows, table]]);
    expectError(
      step,
      RangeError,
      'ERR_ADAMAX_ARG_VALUE',
      /^stretch must be all 131072 .* sparse: received '0 to 65536'$/,
    );
    expect(moved()).to.deep.equal([true, true, false, false]);
    end = 2 * PIECE;
    step();
    expect(moved()).to.deep.equal([true, true, true, true]);
    begin = PIECE;
    optimizer.applyGradients([[dense, table]]);
  });

  it('that are not finite take the earlier ones of the step back, and are named by their place in the whole', () => {
    const size = 2 * PIECE + 5;
    const variable = new Variable(new Random(3).normals(size), { name: 'w' });
    const optimizer = new Adamax({ nonFinite: 'throw' });
    const gradient = new Random(4).normals(size);
    const pairs: [Gradient, Variable][] = [[gradient, variable]];
    let stretches: [number, number][] = [];
    stepperOf(optimizer).hooks = {
      drive(_, run, stretch) {
        for (const [begin, end] of stretches) {
          stretch(0, begin, end);
          run(0, 1);
        }
      },
    };
    stretches = [[0, size]];
    optimizer.applyGradients(pairs);
    const before = arraysOf(optimizer, variable).map((array) => array.slice());
    gradient[7] = NaN;
    gradient[PIECE + 3] = -Infinity;
    stretches = [
      [2 * PIECE, size],
      [PIECE, 2 * PIECE],
    ];
    const named = /^gradient of 'w' at \S+\[65539\] must be finite: received -Infinity$/;
    expectError(() => optimizer.applyGradients(pairs), RangeError, 'ERR_ADAMAX_NON_FINITE', named);
    arraysOf(optimizer, variable).forEach((array, k) => {
      expect(sameBytes(array, before[k]), `array ${k}`).to.equal(true);
    });
    const { hooks } = stepperOf(optimizer);
    stepperOf(optimizer).hooks = {
      drive(_, run, stretch) {
        stretch(0, 0, PIECE, new Float32Array(PIECE));
        run(0, 1);
        stretch(0, PIECE, 2 * PIECE, gradient.slice(PIECE, 2 * PIECE));
        run(0, 1);
      },
    };
    expectError(() => optimizer.applyGradients(pairs), RangeError, 'ERR_ADAMAX_NON_FINITE', named);
    arraysOf(optimizer, variable).forEach((array, k) => {
      expect(sameBytes(array, before[k]), `array ${k}`).to.equal(true);
    });
    stepperOf(optimizer).hooks = hooks;
    stretches = [[2 * PIECE, size]];
    expect(optimizer.applyGradients(pairs)).to.equal(2);
    expect(variable.data.every((x) => x > -Infinity && x < Infinity)).to.equal(true);
    optimizer.nonFinite = 'skip';
    stretches = [[0, PIECE]];
    expect(optimizer.applyGradients(pairs)).to.equal(2);
    expect(optimizer.skippedSteps).to.equal(1);
  });

  it('of new variables have places at once, also when a list changes', () => {
    const optimizer = new Adamax({ learningRate: 1 });
    stepperOf(optimizer).hooks = {
      drive(count, run, stretch) {
        for (let i = 0; i < count; i++) stretch(i, 0, PIECE);
        run(0, count);
      },
    };
    const variables = [1, 2, 3].map(() => new Variable(new Float32Array(PIECE + 1)));
    for (const list of [variables.slice(1), variables, variables.slice(0, 1)]) {
      optimizer.applyGradients(list.map((variable) => [new Float32Array(PIECE + 1).fill(1), variable]));
    }
    for (const { data } of variables) expect([data[PIECE - 1] < 0, data[PIECE]]).to.deep.equal([true, 0]);
    expect(f32(variables[0].data[0]).every((x) => x < -1)).to.equal(true);
  });
});
