import { isFloat32Array } from '../backend/memory.js';
import { rangeError, wrongType } from '../errors.js';
import { IndexedSlices } from '../variables/indexed-slices.js';
import { equalShapes, formatShape } from '../variables/shape.js';
import { Variable } from '../variables/variable.js';

/** What a gradient may be: dense, rows of a table, or `null` where there is none. */
export type Gradient = Float32Array | IndexedSlices | null;

/** What is updated: a variable, or a bare array, which stands for one variable as long as it is the same array. */
export type VariableLike = Variable | Float32Array;

/** One checked item of `gradsAndVars`. */
export interface GradientPair {
  readonly gradient: Float32Array | IndexedSlices;
  readonly variable: Variable;
}

const adopted = new WeakMap<Float32Array, Variable>();

/** The variable that stands for `target`; always the same one for the same array. */
export function toVariable(argument: string, target: unknown): Variable {
  if (target instanceof Variable) {
    if (target.dtype !== 'float32') throw wrongType(argument, 'a float32 Variable', target.toString());
    return target;
  }
  if (!isFloat32Array(target)) throw wrongType(argument, 'a Variable or a Float32Array', target);
  let variable = adopted.get(target);
  if (variable === undefined) {
    variable = new Variable(target);
    adopted.set(target, variable);
  }
  return variable;
}

/**
 * Reads `gradsAndVars` once, running whatever code its iterator holds, and sets the pairs without a gradient apart.
 * Keras: `_filter_grads`.
 */
export function readPairs(gradsAndVars: unknown): { pairs: GradientPair[]; without: Variable[] } {
  if (typeof gradsAndVars !== 'object' || gradsAndVars === null || !(Symbol.iterator in gradsAndVars)) {
    throw wrongType('gradsAndVars', 'an iterable of [gradient, variable] pairs', gradsAndVars);
  }
  const pairs: GradientPair[] = [];
  const without: Variable[] = [];
  let position = 0;
  for (const item of gradsAndVars as Iterable<unknown>) {
    const argument = `gradsAndVars[${position++}]`;
    if (!Array.isArray(item) || item.length !== 2) throw wrongType(argument, 'a [gradient, variable] pair', item);
    const [gradient, target] = item as [unknown, unknown];
    const variable = toVariable(`${argument}[1]`, target);
    if (gradient === null || gradient === undefined) without.push(variable);
    else pairs.push({ gradient: checkGradient(`${argument}[0]`, gradient), variable });
  }
  return { pairs, without };
}

function checkGradient(argument: string, gradient: unknown): Float32Array | IndexedSlices {
  if (isFloat32Array(gradient) || gradient instanceof IndexedSlices) return gradient;
  throw wrongType(argument, 'a Float32Array, IndexedSlices or null', gradient);
}

/** All gradients are missing: almost always a mistake in the caller's backward pass. */
export function noGradients(variables: readonly Variable[]): RangeError {
  const names = variables.map(({ name }) => `'${name}'`).join(', ');
  return rangeError(
    'ERR_ADAMAX_NO_GRADIENTS',
    `gradsAndVars must hold a gradient for some variable: received null for ${names}`,
  );
}

export function listedTwice(variable: Variable): RangeError {
  return rangeError(
    'ERR_ADAMAX_DUPLICATE',
    `gradsAndVars must list each variable once: received '${variable.name}' twice`,
  );
}

/** Throws when slices say that they are of a table of another shape. */
export function checkDenseShape({ name, shape }: Variable, { denseShape }: IndexedSlices): void {
  if (denseShape === null || equalShapes(denseShape, shape)) return;
  throw rangeError(
    'ERR_ADAMAX_SHAPE',
    `gradient of '${name}'.denseShape must be ${formatShape(shape)}: received ${formatShape(denseShape)}`,
  );
}
