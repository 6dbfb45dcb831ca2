import { sumSquares } from 'adamax/kernels';
import { expect } from 'chai';
import { adamaxRule, backend, CONTRACT, controlLength, controlSet, PIECE } from '#internals';
import { expectSameBits, Random } from '../support/data.js';
import { onEveryImplementation } from '../support/implementations.js';
import { detach } from '../support/memory.js';

/** A plan knows addresses only: what it is handed must live as long as it may run. */
const alive: Float32Array[] = [];
const held = (array: Float32Array): Float32Array => {
  alive.push(array);
  return array;
};
after(() => {
  alive.length = 0;
});

const SIZES = [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 5];

interface Setting {
  readonly clipnorm?: number;
  readonly clipvalue?: number;
  readonly finite?: boolean;
}

/** A plan of one variable per size, as steps make it, without the checks of steps before it. */
class Planned {
  readonly control = new Float64Array(controlLength(1, adamaxRule.scalars));
  readonly plan;
  readonly params: Float32Array[] = [];
  readonly slots: (Float32Array | Uint16Array)[][] = [];
  readonly gradients: Float32Array[] = [];

  constructor(sizes: readonly number[], slotDtype: 'float32' | 'bfloat16', { clipnorm, clipvalue, finite }: Setting) {
    const at = controlSet(0, adamaxRule.scalars);
    this.control[CONTRACT.controlCount] = sizes.length;
    this.control[CONTRACT.controlFinite] = finite ? 1 : 0;
    this.control[at + CONTRACT.setClipnorm] = clipnorm ?? Infinity;
    this.control[at + CONTRACT.setClipvalue] = clipvalue ?? Infinity;
    this.control[at + CONTRACT.setDither] = 0x9e37;
    this.control.set([0.1, 0.999, 0.01, 1e-7], at + CONTRACT.setScalars);
    this.plan = backend().plan(adamaxRule, this.control, slotDtype);
    const random = new Random(5);
    sizes.forEach((size, i) => {
      this.params.push(random.normals(size));
      this.gradients.push(random.normals(size));
      const Format = slotDtype === 'float32' ? Float32Array : Uint16Array;
      this.slots.push(adamaxRule.slots.map(() => new Format(size)));
      this.bind(i);
    });
  }

  bind(i: number): void {
    const [param, slots] = [this.params[i], this.slots[i]];
    const size = param.length;
    this.plan.target(i, { name: `v${i}`, slots, size, rowLength: size, set: 0 }, param, param);
    this.plan.gradient(i, this.gradients[i], null);
  }

  run(first = 0, count = this.params.length) {
    this.control[CONTRACT.controlFirst] = first;
    this.control[CONTRACT.controlCount] = count;
    return this.plan.run();
  }

  bytes(i: number): Uint8Array[] {
    return [this.params[i], ...this.slots[i]].map((array) => new Uint8Array(array.buffer).slice());
  }

  /** Bytes of each array where an element begins. */
  widths(i: number): number[] {
    return [this.params[i], ...this.slots[i]].map((array) => array.BYTES_PER_ELEMENT);
  }
}

/** Borders of the stretches of a variable: as unequal as can be. */
function bordersOf(size: number): number[] {
  const borders = [0, PIECE, 3 * PIECE].filter((border) => border < size);
  return [...borders, size];
}

onEveryImplementation('a stretch of a plan', () => {
  const settings: [string, Setting][] = [
    ['as they are', {}],
    ['clipped by value', { clipvalue: 0.5 }],
    ['clipped by norms from outside', { clipnorm: 3, clipvalue: 0.4 }],
    ['which must be finite', { finite: true, clipnorm: 200 }],
  ];
  const ways = (['float32', 'bfloat16'] as const).flatMap((dtype) => {
    return [false, true].map((isOwn) => ({ dtype, isOwn, way: isOwn ? `${dtype}, by gradients of their own` : dtype }));
  });
  for (const { dtype, isOwn, way } of ways) {
    for (const [title, setting] of settings) {
      it(`is all that a run writes, and all of them have the bits of the whole: ${way}, gradients ${title}`, () => {
        const [whole, apart] = [new Planned(SIZES, dtype, setting), new Planned(SIZES, dtype, setting)];
        const norms = Float64Array.from(whole.gradients, (gradient) => Math.sqrt(sumSquares(gradient)));
        apart.plan.norms(norms);
        // What is not to be read is no number.
        if (isOwn) for (const gradient of apart.gradients) gradient.fill(NaN);
        const stretch = (i: number, begin: number, end: number) => {
          apart.plan.stretch(i, begin, end, isOwn ? held(whole.gradients[i].slice(begin, end)) : null);
        };
        for (let step = 0; step < 2; step++) {
          const before = SIZES.map((_, i) => apart.bytes(i));
          expect(whole.run()).to.equal(undefined);
          SIZES.forEach((size, i) => {
            const borders = bordersOf(size);
            let now = before[i];
            // The last one first.
            for (let k = borders.length - 2; k >= 0; k--) {
              const [begin, end] = [borders[k], borders[k + 1]];
              stretch(i, begin, begin);
              expect(apart.run(i, 1)).to.equal(undefined);
              expect(apart.bytes(i), 'an empty stretch').to.deep.equal(now);
              stretch(i, begin, end);
              expect(apart.run(i, 1)).to.equal(undefined);
              const [want, widths] = [whole.bytes(i), whole.widths(i)];
              const joined = now.map((bytes, a) => {
                const copy = bytes.slice();
                copy.set(want[a].subarray(begin * widths[a], end * widths[a]), begin * widths[a]);
                return copy;
              });
              now = apart.bytes(i);
              now.forEach((bytes, a) => {
                expect(Buffer.compare(bytes, joined[a]), `array ${a} of ${size}, stretch from ${begin}`).to.equal(0);
              });
            }
            if (size === 0) expect(apart.run(i, 1)).to.equal(undefined);
          });
        }
        SIZES.forEach((size, i) => {
          expect(Buffer.compare(Buffer.concat(apart.bytes(i)), Buffer.concat(whole.bytes(i))), `${size}`).to.equal(0);
        });
      });
    }
  }

  it('has a norm of its own where none is given', () => {
    const size = 2 * PIECE + 5;
    const apart = new Planned([size], 'float32', { clipnorm: 3 });
    const part = new Planned([PIECE], 'float32', { clipnorm: 3 });
    part.params[0].set(apart.params[0].subarray(PIECE, 2 * PIECE));
    part.gradients[0].set(apart.gradients[0].subarray(PIECE, 2 * PIECE));
    apart.gradients[0].fill(NaN, 0, PIECE).fill(Infinity, 2 * PIECE);
    apart.plan.stretch(0, PIECE, 2 * PIECE);
    for (const planned of [apart, part]) expect(planned.run()).to.equal(undefined);
    expectSameBits(apart.params[0].subarray(PIECE, 2 * PIECE), part.params[0], 'parameter');
  });

  it('has the norm of its own gradient where it brings one', () => {
    const setting = { clipnorm: 3, finite: true };
    const [apart, part] = [new Planned([2 * PIECE + 5], 'float32', setting), new Planned([PIECE], 'float32', setting)];
    part.params[0].set(apart.params[0].subarray(PIECE, 2 * PIECE));
    apart.gradients[0].fill(NaN);
    apart.plan.stretch(0, PIECE, 2 * PIECE, held(part.gradients[0].slice()));
    for (const planned of [apart, part]) expect(planned.run()).to.equal(undefined);
    expectSameBits(apart.params[0].subarray(PIECE, 2 * PIECE), part.params[0], 'parameter');
    const before = apart.bytes(0);
    apart.plan.stretch(0, 2 * PIECE, 2 * PIECE + 5, held(Float32Array.of(0, 1, 2, 3, Infinity)));
    expect(apart.run()).to.deep.equal({ kind: 'not finite', entry: 0 });
    expect(apart.bytes(0)).to.deep.equal(before);
  });

  it('is all that must be finite', () => {
    const size = 2 * PIECE + 5;
    const planned = new Planned([1, size], 'float32', { finite: true });
    planned.gradients[1][PIECE - 1] = NaN;
    planned.gradients[1][2 * PIECE] = Infinity;
    planned.plan.stretch(1, PIECE, 2 * PIECE);
    expect(planned.run()).to.equal(undefined);
    const before = planned.bytes(1);
    for (const [begin, end] of [
      [0, PIECE],
      [0, 2 * PIECE],
      [2 * PIECE, size],
      [0, size],
    ]) {
      planned.plan.stretch(1, begin, end);
      expect(planned.run()).to.deep.equal({ kind: 'not finite', entry: 1 });
      expect(Buffer.compare(Buffer.concat(planned.bytes(1)), Buffer.concat(before))).to.equal(0);
    }
  });

  it('stays when the gradient moves or gets a place, and goes with its target', () => {
    const size = 2 * PIECE;
    const planned = new Planned([size], 'float32', {});
    const stepped = (array: Float32Array, from: Float32Array) =>
      [0, 1].map((k) => [0, PIECE - 1].filter((i) => array[k * PIECE + i] !== from[k * PIECE + i]).length);
    const old = planned.params[0].slice();
    planned.plan.stretch(0, 0, PIECE);
    planned.run();
    expect(stepped(planned.params[0], old)).to.deep.equal([2, 0]);
    planned.plan.gradient(0, held(planned.gradients[0].slice()), null);
    planned.run();
    expect(stepped(planned.params[0], old)).to.deep.equal([2, 0]);
    const heap = held(new Float32Array(3 * size));
    heap.set(old);
    heap.set(planned.gradients[0], 2 * size);
    planned.plan.place(heap, Float64Array.of(0, size, 2 * size));
    planned.run();
    expect(stepped(heap.subarray(size), old)).to.deep.equal([2, 2]);
    expectSameBits(heap.subarray(size + PIECE, 2 * size), new Float32Array(PIECE), 'behind the stretch');
    planned.bind(0);
    planned.run();
    expect(stepped(planned.params[0], old)).to.deep.equal([2, 2]);
  });

  it('has its own gradient for as long as it is set, wherever that of the variable goes', () => {
    const size = 2 * PIECE;
    const planned = new Planned([size], 'float32', {});
    const { plan, params, gradients } = planned;
    gradients[0].fill(1);
    /** Which way the first element of each piece goes in a run. */
    const ways = (param = params[0], out = param) => {
      const old = param.slice();
      planned.slots[0].forEach((slot) => {
        slot.fill(0);
      });
      expect(planned.run()).to.equal(undefined);
      return [0, PIECE].map((i) => Math.sign(out[i] - old[i]));
    };
    const [up, down] = [held(new Float32Array(PIECE).fill(-1)), held(new Float32Array(PIECE).fill(1))];
    plan.stretch(0, PIECE, size, up);
    expect(ways()).to.deep.equal([0, 1]);
    // Of the same stretch, listed once.
    plan.stretch(0, PIECE, size, down);
    expect(ways()).to.deep.equal([0, -1]);
    plan.stretch(0, PIECE, size, up);
    plan.gradient(0, gradients[0].slice(), null);
    expect(ways()).to.deep.equal([0, 1]);
    plan.stretch(0, PIECE, size);
    expect(ways()).to.deep.equal([0, -1]);
    plan.stretch(0, 0, size, held(new Float32Array(size).fill(-1)));
    expect(ways()).to.deep.equal([1, 1]);
    plan.stretch(0, 0, size);
    expect(ways()).to.deep.equal([-1, -1]);
    plan.stretch(0, 0, PIECE, up);
    const heap = new Float32Array(2 * size).fill(1);
    plan.place(heap, Float64Array.of(0, 0, size));
    expect(ways(heap)).to.deep.equal([1, 0]);
    planned.bind(0);
    expect(ways()).to.deep.equal([-1, -1]);
  });

  it('refuses what is no gradient of it, and is stepped by what it had', () => {
    const size = 2 * PIECE + 5;
    const planned = new Planned([size], 'float32', {});
    const want = new Planned([size], 'float32', {});
    const own = held(want.gradients[0].slice(2 * PIECE));
    planned.gradients[0].fill(NaN);
    planned.plan.stretch(0, 2 * PIECE, size, own);
    want.plan.stretch(0, 2 * PIECE, size);
    const gone = new Float32Array(PIECE);
    detach(gone);
    const bad: [unknown, string][] = [
      [new Float32Array(0), 'ERR_ADAMAX_LENGTH'],
      [new Float32Array(PIECE - 1), 'ERR_ADAMAX_LENGTH'],
      [new Float32Array(PIECE + 1), 'ERR_ADAMAX_LENGTH'],
      [new Float32Array(size), 'ERR_ADAMAX_LENGTH'],
      [new Float64Array(PIECE), 'ERR_ADAMAX_ARG_TYPE'],
      [new Int32Array(PIECE), 'ERR_ADAMAX_ARG_TYPE'],
      [new Array(PIECE).fill(0), 'ERR_ADAMAX_ARG_TYPE'],
      [PIECE, 'ERR_ADAMAX_ARG_TYPE'],
      [gone, 'ERR_ADAMAX_DETACHED'],
    ];
    const before = planned.bytes(0);
    for (const [gradient, code] of bad) {
      const stretch = () => planned.plan.stretch(0, 0, PIECE, gradient as Float32Array);
      expect(stretch, code)
        .to.throw(/^gradient/)
        .with.property('code', code);
    }
    expect(planned.bytes(0)).to.deep.equal(before);
    for (const { plan } of [planned, want]) expect(plan.run()).to.equal(undefined);
    expect(Buffer.compare(Buffer.concat(planned.bytes(0)), Buffer.concat(want.bytes(0)))).to.equal(0);
  });

  it('has no gradient of its own where that of the variable is sparse', () => {
    const size = 2 * PIECE;
    const planned = new Planned([size], 'float32', {});
    const rows = () => planned.plan.gradient(0, new Float32Array(size).fill(1), Int32Array.of(0));
    planned.plan.stretch(0, 0, size, held(new Float32Array(size)));
    expect(rows).to.throw(/stretch/);
    planned.plan.stretch(0, 0, size);
    rows();
    const stretch = () => planned.plan.stretch(0, 0, size, held(new Float32Array(size)));
    expect(stretch).to.throw(/^gradient.* must be null where that of .* is sparse/);
    const before = planned.params[0][0];
    expect(planned.run()).to.equal(undefined);
    expect(planned.params[0][0]).to.be.below(before);
  });

  it('is refused where it is none, and where the gradient is sparse', () => {
    const size = 2 * PIECE + 5;
    const planned = new Planned([size], 'float32', {});
    for (const [begin, end] of [
      [-PIECE, PIECE],
      [1, PIECE],
      [PIECE, 0],
      [0, 1],
      [0, 3 * PIECE],
      [size, size],
      [0, NaN],
      [NaN, size],
    ]) {
      expect(() => planned.plan.stretch(0, begin, end), `${begin} to ${end}`).to.throw(/^(stretch|begin|end) must be/);
    }
    const rows = () => planned.plan.gradient(0, new Float32Array(size), Int32Array.of(0));
    planned.plan.stretch(0, 0, PIECE);
    expect(rows).to.throw(/stretch/);
    planned.plan.stretch(0, 0, size);
    rows();
    expect(() => planned.plan.stretch(0, 0, PIECE)).to.throw(/^stretch must be/);
    planned.plan.stretch(0, 0, size);
    expect(planned.run()).to.equal(undefined);
  });
});
