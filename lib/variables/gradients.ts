import { rangeError, typeError, wrongType } from '../arguments/errors.js';
import { isFloat32Array } from '../memory/typed-arrays.js';
import { IndexedSlices } from './indexed-slices.js';
import { flatten, type Nested } from './nested.js';
import { equalShapes, formatShape, type Shape } from './shape.js';
import { Variable } from './variable.js';

/**
 * What a gradient may be: a `Float32Array` of the variable's length, a `Variable` or nested arrays of numbers of its
 * shape, rows of a table, or `null` where there is none.
 */
export type Gradient = Float32Array | Variable | IndexedSlices | readonly Nested[] | null;

/** A gradient as a step takes it. */
export type StepGradient = Float32Array | IndexedSlices;

/** What is updated: a variable, or a bare array, which stands for one variable as long as it is the same array. */
export type VariableLike = Variable | Float32Array;

const adopted = new WeakMap<Float32Array, Variable>();

/** The variable that stands for `target`; always the same one for the same array. */
export function toVariable(argument: string, target: unknown): Variable {
  const known = knownVariable(target);
  if (known !== undefined) return known;
  if (target instanceof Variable) throw wrongType(argument, 'a float32 Variable', target.toString());
  if (!isFloat32Array(target)) throw wrongType(argument, 'a Variable or a Float32Array', target);
  const variable = new Variable(target);
  adopted.set(target, variable);
  return variable;
}

/** The same, where it is known without a check. */
export function knownVariable(target: unknown): Variable | undefined {
  if (target instanceof Variable) return target.dtype === 'float32' ? target : undefined;
  return adopted.get(target as Float32Array);
}

/** The variables of a list, which may be any iterable. */
export function toVariables(argument: string, list: unknown): Variable[] {
  if (typeof list !== 'object' || list === null || !(Symbol.iterator in list)) {
    throw wrongType(argument, 'an iterable of variables', list);
  }
  return Array.from(list as Iterable<unknown>, (target, i) => toVariable(`${argument}[${i}]`, target));
}

/** A gradient as a step takes it. @throws as `Optimizer.applyGradients` */
export function toGradient(argument: string, gradient: unknown, variable: Variable): StepGradient {
  if (gradient instanceof IndexedSlices) {
    checkSlices(variable, gradient);
    return gradient;
  }
  if (gradient instanceof Variable) {
    if (gradient.dtype !== 'float32') throw wrongType(argument, 'of dtype float32', gradient.toString());
    checkShapeOf(argument, gradient.shape, variable);
    return gradient.data;
  }
  if (Array.isArray(gradient)) return flatten(argument, gradient, variable.shape);
  throw wrongType(argument, 'a Float32Array, Variable, IndexedSlices, array of numbers or null', gradient);
}

function checkSlices(variable: Variable, { denseShape }: IndexedSlices): void {
  if (variable.constraint !== null) {
    throw typeError(
      'ERR_ADAMAX_CONSTRAINT',
      `gradient of '${variable.name}' must be dense, since the variable has a constraint: received IndexedSlices`,
    );
  }
  if (denseShape !== null) checkShapeOf(`gradient of '${variable.name}'.denseShape`, denseShape, variable);
}

function checkShapeOf(argument: string, shape: Shape, variable: Variable): void {
  if (equalShapes(shape, variable.shape)) return;
  const expected = formatShape(variable.shape);
  throw rangeError('ERR_ADAMAX_SHAPE', `${argument} must be ${expected}: received ${formatShape(shape)}`);
}

/** All gradients are missing: almost always a mistake in the caller's backward pass. */
export function noGradients(variables: readonly Variable[]): RangeError {
  const names = variables.map(({ name }) => `'${name}'`).join(', ');
  return rangeError(
    'ERR_ADAMAX_NO_GRADIENTS',
    `gradsAndVars must hold a gradient for some variable: received null for ${names}`,
  );
}
