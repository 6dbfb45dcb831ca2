import { describe, rangeError, wrongType } from '../arguments/errors.js';

/** Lengths of the dimensions, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/** Most dimensions: as many as TensorFlow has. What has more is no shape, and not worth a copy. */
export const MOST_DIMENSIONS = 254;

/** The number of elements of an array of this shape. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((size, length) => size * length, 1);
}

/** The number of elements of one row: the product of all dimensions but the first. */
export function rowLengthOf(shape: Shape): number {
  return sizeOf(shape.slice(1));
}

/** A frozen copy of `shape`, which must be a list of whole numbers, and their product `size` if one is given. */
export function checkShape(argument: string, shape: unknown, size?: number): Shape {
  if (!Array.isArray(shape)) throw wrongType(argument, 'an array of numbers', shape);
  if (shape.length > MOST_DIMENSIONS) {
    const expected = `${argument} must have at most ${MOST_DIMENSIONS} dimensions`;
    throw rangeError('ERR_ADAMAX_SHAPE', `${expected}: received ${shape.length}`);
  }
  const copy: unknown[] = [...shape];
  if (!copy.every((length) => Number.isSafeInteger(length) && (length as number) >= 0)) {
    throw rangeError('ERR_ADAMAX_SHAPE', `${argument} must hold whole numbers ≥ 0: received ${describe(shape)}`);
  }
  // Where one length is 0 there are no elements, but rows have a length all the same.
  if (!Number.isSafeInteger(sizeOf((copy as number[]).filter((length) => length > 0)))) {
    throw rangeError('ERR_ADAMAX_SHAPE', `${argument} must hold less than 2⁵³ elements: received ${describe(shape)}`);
  }
  if (size !== undefined && sizeOf(copy as number[]) !== size) {
    throw rangeError(
      'ERR_ADAMAX_SHAPE',
      `${argument} must hold ${size} elements: received ${formatShape(copy as Shape)}`,
    );
  }
  return Object.freeze(copy as number[]);
}

export function equalShapes(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, i) => length === b[i]);
}

export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}
