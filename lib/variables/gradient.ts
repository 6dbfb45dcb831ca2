import { type Argument, rangeError, textOf, typeError, wrongType } from '../arguments/errors.js';
import { floatsHint } from '../arguments/hints.js';
import { isFloat32Array, isRowIndices, type RowIndices } from '../memory/typed-arrays.js';
import { type IndexedSlices, isSlices } from './indexed-slices.js';
import { flatten, type Nested } from './nested.js';
import { equalShapes, formatShape, type Shape } from './shape.js';
import { isVariable, memoryOf, type Variable } from './variable.js';

/**
 * What a gradient may be: a `Float32Array` of the variable's length, a `Variable` or nested arrays of numbers of its
 * shape (a number, where that is `[]`), rows of a table, or `null` where there is none.
 */
export type Gradient = Float32Array | Variable | IndexedSlices | Nested | null;

/** The slices of a sparse gradient, as they were read: what the caller's object says later changes nothing. */
export class Rows {
  readonly values: Float32Array;
  readonly indices: RowIndices;

  constructor(values: Float32Array, indices: RowIndices) {
    this.values = values;
    this.indices = indices;
  }
}

/** A gradient as a step takes it. */
export type StepGradient = Float32Array | Rows;

/**
 * A gradient as a step takes it. Each property of the caller's object is read once.
 * @param last - what came of the gradient of this variable at the last step; returned where it is the same
 * @throws as `Optimizer.applyGradients`
 */
export function toGradient(
  argument: Argument,
  gradient: unknown,
  variable: Variable,
  last: StepGradient | undefined,
): StepGradient {
  if (isVariable(gradient)) {
    if (gradient.dtype !== 'float32') throw wrongType(argument, 'of dtype float32', gradient);
    checkShapeOf(argument, gradient.shape, variable);
    return memoryOf(gradient as Variable);
  }
  if (isSlices(gradient)) return toRows(argument, gradient, variable, last);
  const isNested = Array.isArray(gradient) || (typeof gradient === 'number' && variable.shape.length === 0);
  if (isNested) return flatten(argument, gradient, variable.shape);
  const hint = floatsHint(gradient);
  throw wrongType(argument, `a Float32Array, Variable, IndexedSlices, array of numbers or null${hint}`, gradient);
}

function toRows(argument: Argument, slices: IndexedSlices, variable: Variable, last: StepGradient | undefined): Rows {
  const { values, indices, denseShape } = slices;
  if (variable.constraint !== null) {
    throw typeError(
      'ERR_ADAMAX_CONSTRAINT',
      `${textOf(argument)} must be dense, since the variable has a constraint: received IndexedSlices`,
    );
  }
  if (denseShape !== null && denseShape !== undefined) {
    checkShapeOf(() => `${textOf(argument)}.denseShape`, denseShape, variable);
  }
  if (!isFloat32Array(values)) throw wrongType(`${textOf(argument)}.values`, 'a Float32Array', values);
  if (!isRowIndices(indices)) {
    throw wrongType(`${textOf(argument)}.indices`, 'an Int32Array, Uint32Array or BigInt64Array', indices);
  }
  if (last instanceof Rows && last.values === values && last.indices === indices) return last;
  return new Rows(values, indices);
}

function checkShapeOf(argument: Argument, shape: Shape, variable: Variable): void {
  if (equalShapes(shape, variable.shape)) return;
  const expected = formatShape(variable.shape);
  throw rangeError('ERR_ADAMAX_SHAPE', `${textOf(argument)} must be ${expected}: received ${formatShape(shape)}`);
}
