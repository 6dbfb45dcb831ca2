/**
 * Training with slots of bfloat16 ends where training with slots of float32 does, because a step dithers what it
 * stores. Rounded to nearest, a u that β₂ brings down by less than half of its last bit would never fall.
 */
import { Adagrad, Adamax, IndexedSlices, type Optimizer, RMSprop, SGD, Variable } from 'adamax';
import { expect } from 'chai';
import { fromBfloat16 } from '#internals';
import { Random } from '../support/data.js';
import { onEveryImplementation } from '../support/implementations.js';

const BETA2 = 0.999;

const numbers = (patterns: Uint16Array) => Float32Array.from(patterns, fromBfloat16);

/** All 128 significands of bfloat16. */
const SIGNIFICANDS = Float32Array.from({ length: 128 }, (_, i) => 1 + i / 128);

/** The root of the mean of (ln(u / exact))², where `exact` is `start`·β₂ⁿ. */
function rmsOfLogarithm(u: ArrayLike<number>, start: ArrayLike<number>, beta2: number, n: number): number {
  const decay = n * Math.log(Math.fround(beta2));
  const squares = Array.from(u, (x, i) => (Math.log(x / start[i]) - decay) ** 2);
  return Math.sqrt(squares.reduce((sum, square) => sum + square) / squares.length);
}

/** How far u is from exact decay after some numbers of steps without a gradient. */
function decayed(beta2: number, steps: readonly number[]): number[] {
  const w = new Variable(new Float32Array(SIGNIFICANDS.length));
  const optimizer = new Adamax({ beta2, slotDtype: 'bfloat16' });
  optimizer.build([w]);
  const u = optimizer.getSlot<Uint16Array>(w, 'v');
  u.assign(SIGNIFICANDS);
  const zero = new Float32Array(w.size);
  const found: number[] = [];
  for (let step = 1; step <= Math.max(...steps); step++) {
    optimizer.applyGradients([[zero, w]]);
    if (steps.includes(step)) found.push(rmsOfLogarithm(numbers(u.data), SIGNIFICANDS, beta2, step));
  }
  return found;
}

/** Σ hᵢxᵢ²/2 over 1,000 dimensions whose hᵢ lie between 1 and 10⁻³, after a descent without noise. */
function quadratic(optimizer: Optimizer, steps: number, factorAt: (step: number) => number = () => 1): number {
  const size = 1000;
  const h = Float64Array.from({ length: size }, (_, i) => 10 ** ((-3 * i) / (size - 1)));
  const x = new Random(7).normals(size);
  const gradient = new Float32Array(size);
  for (let step = 1; step <= steps; step++) {
    const factor = factorAt(step);
    for (let i = 0; i < size; i++) gradient[i] = factor * h[i] * x[i];
    optimizer.applyGradients([[gradient, x]]);
  }
  return x.reduce((sum, value, i) => sum + (h[i] * value * value) / 2, 0);
}

type SlotDtype = 'float32' | 'bfloat16';
const adamax = (slotDtype: SlotDtype) => new Adamax({ learningRate: 0.01, beta2: BETA2, slotDtype });

onEveryImplementation('training with slots of bfloat16', () => {
  for (const beta2 of [0.999, 0.9995, 0.9999]) {
    it(`u decays as it should for β₂ = ${beta2}, within 2 % after 256, 1,024 and 4,096 steps`, () => {
      for (const rms of decayed(beta2, [256, 1024, 4096])) expect(rms).to.be.at.most(0.02);
    });
  }

  // Where u falls by a large part of its value at each step, its 128 significands are few, and errors come again.
  for (const beta2 of [0.9, 0.95, 0.98, 0.99, 0.995, 0.998]) {
    it(`u decays as it should for β₂ = ${beta2}, within 4 % after 256 steps and 10 % after more`, () => {
      const [early, late] = decayed(beta2, [256, beta2 === 0.9 ? 512 : 1024]);
      expect(early).to.be.at.most(0.04);
      expect(late).to.be.at.most(0.1);
    });
  }

  it('a quadratic without noise goes to 0', () => {
    expect(quadratic(adamax('bfloat16'), 5000)).to.be.below(1e-50);
  });

  it('gradients that shrink by 1,000 times go on as with slots of float32', () => {
    const first = (step: number) => (step <= 10 ? 1000 : 1);
    const loss = quadratic(adamax('bfloat16'), 5000, first);
    expect(loss / quadratic(adamax('float32'), 5000, first)).to.be.closeTo(1, 0.05);
    expect(loss).to.be.below(quadratic(adamax('float32'), 10, first) / 5);
  });

  for (const [name, make] of [
    ['Adagrad', (slotDtype) => new Adagrad({ learningRate: 0.1, slotDtype })],
    ['RMSprop', (slotDtype) => new RMSprop({ learningRate: 0.001, slotDtype })],
    ['RMSprop with momentum', (slotDtype) => new RMSprop({ learningRate: 0.001, momentum: 0.9, slotDtype })],
    ['SGD with momentum', (slotDtype) => new SGD({ learningRate: 0.1, momentum: 0.9, slotDtype })],
    ['SGD after Nesterov', (slotDtype) => new SGD({ learningRate: 0.1, momentum: 0.9, nesterov: true, slotDtype })],
  ] as [string, (slotDtype: SlotDtype) => Optimizer][]) {
    it(`a quadratic goes on under ${name} as with slots of float32`, () => {
      expect(quadratic(make('bfloat16'), 500) / quadratic(make('float32'), 500)).to.be.closeTo(1, 0.05);
    });
  }

  it('rows that are stepped at every 2ᵏ-th step decay as others do', () => {
    const TOUCHES = 256;
    const rows = Array.from({ length: 9 }, (_, k) => k);
    const start = Float32Array.from(rows.flatMap(() => [...SIGNIFICANDS]));
    const table = new Variable(new Float32Array(start.length), { shape: [rows.length, SIGNIFICANDS.length] });
    const optimizer = new Adamax({ beta2: BETA2, slotDtype: 'bfloat16' });
    optimizer.build([table]);
    const u = optimizer.getSlot<Uint16Array>(table, 'v');
    u.assign(start);
    for (const k of rows) {
      for (let touch = 1; touch <= TOUCHES; touch++) {
        optimizer.iterations.assign(touch * 2 ** k - 1);
        optimizer.applyGradients([[new IndexedSlices(new Float32Array(SIGNIFICANDS.length), [k]), table]]);
      }
      const at = k * SIGNIFICANDS.length;
      const row = numbers(u.data).subarray(at, at + SIGNIFICANDS.length);
      // Words that had nothing to do with each other would be off by 3.5 %.
      expect(rmsOfLogarithm(row, SIGNIFICANDS, BETA2, TOUCHES), `k = ${k}`).to.be.at.most(0.035);
    }
  });
});
