/** The bare kernels, on state that their caller keeps. */
import { adamaxScalars, adamaxStep, adamaxStepOut, adamaxStepRows, sumSquares } from 'adamax/kernels';
import { sumOfSquares } from '../../support/oracle.js';
import type { Call, CallKind } from '../call.js';
import { demand, Faults } from '../faults.js';
import { type Floats, overlap, piece, write } from '../memory.js';
import { powered, round } from '../oracle/round.js';
import { adamax } from '../oracle/rules.js';
import { stepDense, stepSparse } from '../oracle/step.js';
import type { Draw } from '../random.js';
import type { World } from '../world.js';
import { refill } from './gradients.js';

const NO_BOUNDS = { clipnorm: undefined, clipvalue: undefined };

/** Arrays for a kernel; one of them is rarely not what it should be. */
function drawArrays(world: World, draw: Draw, lengths: readonly number[]): [Floats[], Faults] {
  const faults = new Faults();
  const arrays = lengths.map((length) => {
    const memory = world.floatsApart(draw, length);
    refill(draw, memory);
    return memory;
  });
  const chosen = draw.below(arrays.length);
  const [{ length }, form] = [arrays[chosen], draw.below(20)];
  if (form === 0) {
    arrays[chosen] = world.floatsApart(draw, length, 'resizable');
    faults.add('ERR_ADAMAX_RESIZABLE');
  } else if (form === 1) {
    arrays[chosen] = world.floatsApart(draw, length, 'plain');
    arrays[chosen].block.detach();
    faults.add('ERR_ADAMAX_DETACHED');
  } else if (form === 2) {
    arrays[chosen] = world.floatsApart(draw, length + 1);
    faults.add('ERR_ADAMAX_LENGTH');
    // Of a table every length but some has another number of rows.
    if (chosen === 0) faults.add('ERR_ADAMAX_ARG_VALUE');
  } else if (form === 3 && length > 1) {
    const other = arrays[(chosen + 1) % arrays.length];
    const begin = Math.max(0, Math.min(other.begin + 4 * draw.below(length), other.block.bytes - 4 * length));
    if (begin + 4 * length <= other.block.bytes) arrays[chosen] = piece(Float32Array, other.block, begin, length);
  }
  const memory = inFlight(world, draw, length);
  if (memory !== null) {
    arrays[chosen] = memory;
    faults.add('ERR_ADAMAX_OVERLAP');
  }
  return [arrays, faults];
}

/** A part of what a step off the event loop writes. */
function inFlight(world: World, draw: Draw, length: number): Floats | null {
  const variables = world.underWay.flatMap((flight) => flight.variables);
  if (variables.length === 0 || length === 0) return null;
  const { memory } = draw.pick(variables);
  return memory.length < length ? null : piece(Float32Array, memory.block, memory.begin, length);
}

function overlapFault(faults: Faults, written: readonly Floats[], read: readonly Floats[]): Faults {
  written.forEach((a, i) => {
    if ([...written.slice(i + 1), ...read].some((b) => overlap(a, b))) faults.add('ERR_ADAMAX_OVERLAP');
  });
  return faults;
}

function drawScalars(draw: Draw) {
  const [learningRate, beta1, beta2] = [draw.pick([0.1, 0.001]), draw.pick([0.9, 0]), draw.pick([0.999, 0.5])];
  const [epsilon, step] = [1e-7, 1 + draw.below(50)];
  const scalars = adamaxScalars({ learningRate, beta1, beta2, epsilon, step });
  const want = [1 - beta1, beta2, learningRate / (1 - powered(beta1, step)), epsilon];
  const have = [scalars.oneMinusBeta1, scalars.beta2, scalars.alpha, scalars.epsilon];
  demand(String(have) === String(want), () => `adamaxScalars: have ${have}, want ${want}`);
  return { scalars, rounded: want.map(round) };
}

function dense(world: World, draw: Draw): Call {
  const n = draw.pick([0, 1, 3, 7, 8, 15, 16, 17, 31, 33, 64, 65, 127, 300]);
  const isOut = draw.chance(0.4);
  const [arrays, faults] = drawArrays(world, draw, isOut ? [n, n, n, n, n] : [n, n, n, n]);
  const [param, m, u, grad, out] = arrays;
  const { scalars, rounded } = drawScalars(draw);
  const written = isOut ? [m, u, out] : [param, m, u];
  overlapFault(faults, written, isOut ? [param, grad] : [grad]);
  // What a gradient and a parameter that is only read have in common hurts nobody, and may be refused all the same.
  if (isOut && overlap(param, grad)) faults.maybe('ERR_ADAMAX_OVERLAP');
  return {
    text: `adamaxStep${isOut ? 'Out' : ''} of ${n}`,
    faults,
    act() {
      if (isOut) adamaxStepOut(param.real, m.real, u.real, grad.real, out.real, scalars);
      else adamaxStep(param.real, m.real, u.real, grad.real, scalars);
    },
    apply() {
      const target = isOut ? param.shadow.slice() : param.shadow;
      const slots = [m.shadow, u.shadow];
      stepDense({ update: adamax, scalars: rounded, word: 0, bounds: NO_BOUNDS, param: target, slots }, grad.shadow);
      if (isOut) out.shadow.set(target);
    },
  };
}

function rows(world: World, draw: Draw): Call {
  const [table, rowLength] = [1 + draw.below(9), draw.pick([1, 3, 8, 16, 17, 33])];
  const slices = draw.below(7);
  const n = table * rowLength;
  const [arrays, faults] = drawArrays(world, draw, [n, n, n, slices * rowLength]);
  const [param, m, u, values] = arrays;
  const { scalars, rounded } = drawScalars(draw);
  const numbers = Array.from({ length: slices }, () => draw.below(table));
  if (slices > 0 && draw.chance(0.1)) numbers[draw.below(slices)] = draw.pick([table, -1]);
  if (numbers.some((row) => row < 0 || row >= table)) faults.add('ERR_ADAMAX_INDEX');
  const indices = piece(Int32Array, world.block(4 * slices), 0, slices);
  write(indices, Int32Array.from(numbers));
  overlapFault(faults, [param, m, u], [values]);
  return {
    text: `adamaxStepRows of ${slices} slices, ${table} × ${rowLength}`,
    faults,
    act: () => adamaxStepRows(param.real, m.real, u.real, rowLength, values.real, indices.real, scalars),
    apply() {
      const slots = [m.shadow, u.shadow];
      const stepped = { update: adamax, scalars: rounded, word: 0, bounds: NO_BOUNDS, param: param.shadow, slots };
      stepSparse(stepped, rowLength, values.shadow, numbers);
    },
  };
}

function squares(world: World, draw: Draw): Call | null {
  // What a step off the event loop writes may be read, and is anything.
  if (world.underWay.length > 0) return null;
  const [[x], faults] = drawArrays(world, draw, [draw.pick([0, 1, 15, 16, 17, 100, 4095, 4097, 9000])]);
  if (faults.must.has('ERR_ADAMAX_LENGTH')) faults.must.clear();
  return {
    text: `sumSquares of ${x.length}`,
    faults,
    act: () => sumSquares(x.real),
    apply(have) {
      const want = sumOfSquares(x.shadow);
      demand(Object.is(have, want), () => `sum: have ${have}, want ${want}`);
    },
  };
}

export const kernels: readonly CallKind[] = [
  { name: 'adamaxStep', weight: 3, make: dense },
  { name: 'adamaxStepRows', weight: 2, make: rows },
  { name: 'sumSquares', weight: 1, make: squares },
];
