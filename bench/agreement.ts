/**
 * A race is worth nothing when a contestant does another job. Before anything is timed, each implementation and each
 * hand-written loop takes one step from the same numbers, and all must arrive at the same place.
 */
import { Adamax, Variable } from 'adamax';
import { adamaxScalars, adamaxStep, adamaxStepRows, availableIsa, isa, setIsa } from 'adamax/kernels';
import { stepperOf } from '#internals';
import { boundRun, hasNative } from './native.js';
import type { Problem } from './problem.js';
import { generator } from './random.js';
import { stepDoubles, stepFround, stepRowsDoubles } from './rivals.js';

const ROW = 32;
const ROWS = Int32Array.of(30, 2, 11, 0);
const STEP = 3;
const SCALARS = adamaxScalars({ step: STEP });
const { oneMinusBeta1, beta2, alpha, epsilon } = SCALARS;
const ROUNDED = [oneMinusBeta1, beta2, alpha, epsilon].map(Math.fround) as [number, number, number, number];

export function checkAgreement(): void {
  const before = isa();
  const expected = numbers();
  stepFround(expected.param, expected.m, expected.u, expected.grad, ...ROUNDED);
  for (const name of availableIsa()) {
    setIsa(name);
    const { param, m, u, grad } = numbers();
    adamaxStep(param, m, u, grad, SCALARS);
    compare(name, param, expected.param, 0);
  }
  const dense = numbers();
  stepDoubles(dense.param, dense.m, dense.u, dense.grad, oneMinusBeta1, beta2, alpha, epsilon);
  compare('JS doubles', dense.param, expected.param, 1e-6);

  setIsa(before);
  checkPlaces(expected.param);
  const [rows, rival] = [numbers(), numbers()];
  const values = rows.grad.subarray(0, ROWS.length * ROW);
  adamaxStepRows(rows.param, rows.m, rows.u, ROW, values, ROWS, SCALARS);
  stepRowsDoubles(rival.param, rival.m, rival.u, ROW, values, ROWS, oneMinusBeta1, beta2, alpha, epsilon);
  compare('JS doubles by rows', rival.param, rows.param, 1e-6);
}

/** The addon's plan alone, in place and out of it, and steps of the library that write to other places. */
function checkPlaces(expected: Float32Array): void {
  const [inPlace, outOfPlace] = [numbers(), { ...numbers(), out: new Float32Array(1024) }];
  boundRun('adamax', [inPlace], ROUNDED)();
  boundRun('adamax', [outOfPlace], ROUNDED)();
  if (hasNative) compare('the plan alone', inPlace.param, expected, 0);
  if (hasNative) compare('the plan alone, out of place', outOfPlace.out, expected, 0);

  const { param, m, u, grad } = numbers();
  const variables = [param.slice(), param.slice()].map((data) => new Variable(data));
  const optimizers = variables.map((variable) => optimizerAt(variable, m, u));
  const out = new Float32Array(param.length);
  stepperOf(optimizers[0]).step('bench', [[grad, variables[0]]], true, [out]);
  compare('a step out of place', out, expected, 0);
  const heap = Float32Array.from([...grad, ...param]);
  const places = Float64Array.of(param.length, param.length, 0);
  stepperOf(optimizers[1]).stepOnHeap('bench', [variables[1]], heap, places);
  compare('a step by offsets', heap.subarray(param.length), expected, 0);
}

/** An optimizer that is about to take the step that `SCALARS` are of. */
function optimizerAt(variable: Variable, m: Float32Array, u: Float32Array): Adamax {
  const optimizer = new Adamax();
  optimizer.build([variable]);
  optimizer.iterations.assign(STEP - 1);
  optimizer.getSlot(variable, 'm').assign(m);
  optimizer.getSlot(variable, 'v').assign(u);
  return optimizer;
}

function numbers(): Problem {
  const random = generator(7);
  const array = (low: number): Float32Array => new Float32Array(1024).map(() => low + random());
  return { param: array(-0.5), m: array(-0.5), u: array(0.1), grad: array(-0.5) };
}

function compare(name: string, actual: Float32Array, expected: Float32Array, tolerance: number): void {
  const at = actual.findIndex((x, i) => !(Math.abs(x - expected[i]) <= tolerance));
  if (at >= 0) throw new Error(`${name} takes another step: element ${at} is ${actual[at]}, not ${expected[at]}`);
}
