/** What is stepped: the arrays and numbers that all contestants of a race share. */
import { Adamax, Variable } from 'adamax';
import { adamaxScalars } from 'adamax/kernels';
import { distinct, generator } from './random.js';

export const BETA1 = 0.9;
export const BETA2 = 0.999;
export const EPSILON = 1e-7;
/** The rate is so small that parameters stay where they are: a million steps lead no contestant to other numbers. */
export const LEARNING_RATE = 1e-9;

/** The same numbers, as the kernels take them. */
export const SCALARS = adamaxScalars({
  learningRate: LEARNING_RATE,
  beta1: BETA1,
  beta2: BETA2,
  epsilon: EPSILON,
  step: 1000,
});

/** Bytes that a step must move for each element: it reads p, m, u and g and writes p, m and u. */
export const BYTES = 28;

/** From so many elements on p, m, u and g are in no cache: 256 MiB. */
export const BEYOND = 2 ** 24;

/** The state of one variable. */
export interface State {
  readonly param: Float32Array;
  readonly m: Float32Array;
  readonly u: Float32Array;
}

/** A dense step: a state and its gradient. */
export interface Problem extends State {
  readonly grad: Float32Array;
}

/** A variable with its optimizer, whose slots are the arrays that the bare kernels and the rivals work on too. */
export interface OptimizerState extends State {
  readonly variable: Variable;
  readonly optimizer: Adamax;
}

export type OptimizerProblem = Problem & OptimizerState;

/**
 * Each array is a `Float32Array` of its own, as users have them, placed by Node's allocator: large ones start 16 bytes
 * into a page. All are written before anything is timed, so that no page is missing.
 *
 * The state is the one a constant gradient leads to, m = g and u = |g|: it stays as it is from step to step, and no
 * contestant, least of all a JavaScript loop, meets a branch that cannot be foreseen.
 */
export function settledProblem(elements: number): OptimizerProblem {
  const problem = { ...stateOf([elements]), grad: new Float32Array(elements) };
  settle(problem);
  return problem;
}

/** Fills the arrays. */
export function settle({ param, m, u, grad }: Problem): void {
  const elements = param.length;
  const random = generator(elements);
  for (let i = 0; i < elements; i++) {
    const x = random();
    param[i] = 0.5 + x / 2;
    grad[i] = x < 0.5 ? x - 0.6 : x;
    m[i] = grad[i];
    u[i] = Math.abs(grad[i]);
  }
}

/**
 * A table of rows; its gradients come as slices. Gradients below 0.5 leave u to decay, as it mostly does in training.
 */
export function settledTable(rows: number, rowLength: number): OptimizerState {
  const state = stateOf([rows, rowLength]);
  state.param.fill(0.5);
  state.m.fill(0.01);
  state.u.fill(1);
  return state;
}

/** Rows named before any is named again: 200 MB of a table, so that no step finds its rows in a cache. */
const POOL = 2 ** 18;

/** What sparse steps of one length go by: the rows that each of them names, other ones each time, and their slices. */
export function sparseSteps(
  tableRows: number,
  rowLength: number,
  rows: number,
): { readonly steps: readonly Int32Array[]; readonly values: Float32Array } {
  const random = generator(rows + tableRows);
  const steps = Array.from({ length: POOL / rows }, () => distinct(rows, tableRows, random));
  return { steps, values: new Float32Array(rows * rowLength).map(() => random() - 0.5) };
}

/** A variable that an optimizer was built for, with its gradient, as the bare addon steps it. */
export function boundOf(optimizer: Adamax, variable: Variable, grad: Float32Array): Problem {
  const [m, u] = ['m', 'v'].map((slot) => optimizer.getSlot(variable, slot).data);
  return { param: variable.data, m, u, grad };
}

function stateOf(shape: readonly number[]): OptimizerState {
  const variable = new Variable(new Float32Array(shape.reduce((size, length) => size * length)), { shape });
  const optimizer = new Adamax({ learningRate: LEARNING_RATE });
  optimizer.build([variable]);
  const m = optimizer.getSlot(variable, 'm').data;
  const u = optimizer.getSlot(variable, 'v').data;
  return { variable, optimizer, param: variable.data, m, u };
}
