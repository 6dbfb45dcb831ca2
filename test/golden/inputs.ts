import { IndexedSlices } from 'adamax';
import { Random } from '../support/data.js';
import { readGolden } from './recorded.js';

/** One variable of inputs.json. Every `stride`-th element is recorded. */
export interface VariableSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly scale: number;
  readonly gradScale: number;
  readonly stride: number;
  /** After this step all gradients are zero. */
  readonly lastStep?: number;
  /** Gradients are rows: up to so many slices a step. */
  readonly slices?: number;
}

interface Spec {
  readonly steps: number;
  readonly checkpoints: readonly number[];
  readonly inputs: Readonly<Record<string, { readonly seed: number; readonly variables: readonly VariableSpec[] }>>;
}

export const spec = readGolden<Spec>('inputs');

/** Start values and gradients. Its twin in Python, number by number: `Inputs` in recording.py. */
export interface Inputs {
  readonly variables: readonly VariableSpec[];
  readonly start: readonly Float32Array[];
  /** By step, then by variable. */
  readonly gradients: readonly (readonly (Float32Array | IndexedSlices)[])[];
}

const made = new Map<string, Inputs>();

export function inputsOf(name: string): Inputs {
  const inputs = made.get(name) ?? makeInputs(name);
  made.set(name, inputs);
  return inputs;
}

function makeInputs(name: string): Inputs {
  const { seed, variables } = spec.inputs[name];
  const random = new Random(seed);
  const start = variables.map(({ shape, scale }) => random.normals(sizeOf(shape), scale));
  const gradients = Array.from({ length: spec.steps }, (_, k) =>
    variables.map((variable) =>
      variable.slices === undefined
        ? denseGradient(random, variable, k + 1)
        : rowsGradient(random, variable, variable.slices, k),
    ),
  );
  return { variables, start, gradients };
}

function denseGradient(random: Random, { shape, gradScale, lastStep = Infinity }: VariableSpec, step: number) {
  const gradient = new Float32Array(sizeOf(shape));
  if (random.below(8) !== 0) {
    for (let i = 0; i < gradient.length; i++) if (random.below(16) !== 0) gradient[i] = random.normal() * gradScale;
  }
  return step > lastStep ? gradient.fill(0) : gradient;
}

/** Rows in any order, the first ones often and several times, the last ones seldom. */
function rowsGradient(random: Random, { shape, gradScale }: VariableSpec, slices: number, k: number) {
  const n = 1 + random.below(slices);
  const indices = Array.from({ length: n }, () => Math.min(random.below(shape[0]), random.below(shape[0])));
  const values = random.normals(n * sizeOf(shape.slice(1)), gradScale);
  if (k % 3 === 0) return new IndexedSlices(values, indices, shape);
  return new IndexedSlices(values, k % 3 === 1 ? Int32Array.from(indices) : BigInt64Array.from(indices, BigInt));
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, length) => size * length, 1);
}

/** The dense gradient that says the same as slices: what Keras 3 makes of them. */
export function toDense({ values, indices }: IndexedSlices, shape: readonly number[]): Float32Array {
  const rowLength = sizeOf(shape.slice(1));
  const dense = new Float32Array(sizeOf(shape));
  indices.forEach((row: number | bigint, slice: number) => {
    for (let j = 0; j < rowLength; j++) dense[Number(row) * rowLength + j] += values[slice * rowLength + j];
  });
  return dense;
}
