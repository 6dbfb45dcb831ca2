import { adamaxStep, adamaxStepOut } from 'adamax/kernels';
import { expect } from 'chai';
import { expectCanaries, expectSameBits, LENGTHS, placed, Random } from '../support/data.js';
import { onEveryImplementation } from '../support/implementations.js';
import { type Scalars, type State, stepDense } from '../support/oracle.js';

interface Case {
  readonly start: State;
  readonly grads: readonly Float32Array[];
  readonly steps: readonly Scalars[];
  readonly end: State;
}

function copy({ param, m, u }: State): State {
  return { param: param.slice(), m: m.slice(), u: u.slice() };
}

/** Several steps in a row, computed once by the oracle and then asked of every implementation at every offset. */
function makeCase(start: State, grads: readonly Float32Array[], steps: readonly Scalars[]): Case {
  const end = copy(start);
  grads.forEach((grad, k) => {
    stepDense(end, grad, steps[k]);
  });
  return { start, grads, steps, end };
}

function alphas(...values: number[]): Scalars[] {
  return values.map((alpha) => ({ oneMinusBeta1: 1 - 0.9, beta2: 0.999, alpha, epsilon: 1e-7 }));
}

const random = new Random(20260101);

const ordinary = new Map<number, Case>();
const wild = new Map<number, Case>();
for (const n of LENGTHS) {
  const grads = [random.normals(n), random.normals(n, 1e-3), random.normals(n, 100)];
  const start = { param: random.normals(n), m: random.normals(n, 0.1), u: random.normals(n).map(Math.abs) };
  ordinary.set(n, makeCase(start, grads, alphas(0.01, 0.005263157894736842, 0.0037)));
  const wildStart = { param: random.wild(n), m: random.wild(n), u: random.wildNorms(n) };
  wild.set(n, makeCase(wildStart, [random.wild(n), random.wild(n)], alphas(0.01, -1e20)));
}

/** Moments that shrink across 2⁻¹⁰² and would go on into the subnormal range. */
const fading = (() => {
  const n = 100;
  const start = {
    param: random.normals(n, 1e-20),
    m: random.normals(n, 2 ** -95),
    u: random.normals(n, 2 ** -95).map(Math.abs),
  };
  const step = { oneMinusBeta1: 0.5, beta2: 0.5, alpha: 1e-3, epsilon: 1e-30 };
  return makeCase(
    start,
    Array.from({ length: 20 }, () => new Float32Array(n)),
    new Array(20).fill(step),
  );
})();

/** Runs a case with its arrays at four different offsets, in place. */
function expectInPlace({ start, grads, steps, end }: Case, offset: number): void {
  const n = start.param.length;
  const param = placed(start.param, offset);
  const m = placed(start.m, (offset + 5) % 16);
  const u = placed(start.u, (offset + 10) % 16);
  grads.forEach((values, k) => {
    const grad = placed(values, (offset + 3) % 16);
    adamaxStep(param, m, u, grad, steps[k]);
    expectSameBits(grad, values, 'grad');
  });
  expectSameBits(param, end.param, `param (length ${n}, offset ${offset})`);
  expectSameBits(m, end.m, `m (length ${n}, offset ${offset})`);
  expectSameBits(u, end.u, `u (length ${n}, offset ${offset})`);
  for (const array of [param, m, u]) expectCanaries(array);
}

function expectOutOfPlace({ start, grads, steps, end }: Case, offset: number): void {
  let param = placed(start.param, offset);
  const m = placed(start.m, (offset + 7) % 16);
  const u = placed(start.u, (offset + 2) % 16);
  grads.forEach((values, k) => {
    const before = param.slice();
    const out = placed(new Float32Array(param.length), (offset + 9) % 16);
    adamaxStepOut(param, m, u, values, out, steps[k]);
    expectSameBits(param, before, 'param, which is only read');
    expectCanaries(out);
    param = out;
  });
  expectSameBits(param, end.param, 'out');
  expectSameBits(m, end.m, 'm');
  expectSameBits(u, end.u, 'u');
}

onEveryImplementation('dense step', () => {
  for (const [title, cases] of [
    ['ordinary', ordinary],
    ['wild', wild],
  ] as const) {
    it(`has the bits of the contract on ${title} numbers, at every length and offset`, () => {
      for (const [n, dense] of cases) {
        for (let offset = 0; offset < (n > 5000 ? 2 : 16); offset++) expectInPlace(dense, offset);
      }
    });

    it(`has the bits of the contract out of place on ${title} numbers, and leaves the parameters alone`, () => {
      for (const [n, dense] of cases) {
        for (let offset = 0; offset < (n > 100 ? 2 : 16); offset++) expectOutOfPlace(dense, offset);
      }
    });
  }

  it('stores a moment below 2^-102 as +0', () => {
    expectInPlace(fading, 1);
    expect(fading.end.m.every((x) => Object.is(x, 0))).to.equal(true);
    expect(fading.end.u.every((x) => Object.is(x, 0))).to.equal(true);
  });

  it('makes NaN of exactly the elements whose gradient is NaN', () => {
    const n = 37;
    const param = new Float32Array(n).fill(1);
    const m = new Float32Array(n);
    const u = new Float32Array(n);
    const grad = new Float32Array(n).fill(0.5);
    const bad = [0, 7, 8, 15, 16, 31, 36];
    for (const i of bad) grad[i] = NaN;
    adamaxStep(param, m, u, grad, alphas(0.01)[0]);
    for (const [name, array] of Object.entries({ param, m, u })) {
      const found = Array.from(array.keys()).filter((i) => Number.isNaN(array[i]));
      expect(found, name).to.deep.equal(bad);
    }
  });

  it('heals an infinity norm that is NaN: the comparison is false, so |g| wins', () => {
    const u = new Float32Array(19).fill(NaN);
    adamaxStep(new Float32Array(19), new Float32Array(19), u, new Float32Array(19).fill(-2), alphas(0.01)[0]);
    expect(Array.from(u)).to.deep.equal(new Array(19).fill(2));
  });

  it('leaves a parameter without any gradient history exactly where it is', () => {
    const param = Float32Array.from([1, -0, 0, 2 ** -149, -3e38, Infinity]);
    const before = param.slice();
    adamaxStep(param, new Float32Array(6), new Float32Array(6), new Float32Array(6), alphas(0.01)[0]);
    expectSameBits(param, before, 'param');
  });
});
