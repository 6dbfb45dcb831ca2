import { types } from 'node:util';
import { checkFloat32Array, checkMemory } from '../arguments/arrays.js';
import { rangeError, wrongType } from '../arguments/errors.js';
import { checkOptions, checkString } from '../arguments/options.js';
import { fromBfloat16, toBfloat16 } from '../math/bfloat16.js';
import { lengthOf } from '../memory/typed-arrays.js';
import { checkShape, formatShape, type Shape } from './shape.js';

export type DType = 'float32' | 'int64' | 'bfloat16';

/** Elements as they lie in memory: those of bfloat16 as bit patterns. */
export type Elements = Float32Array | BigInt64Array | Uint16Array;

export interface VariableOptions {
  /** Lengths of the dimensions, outermost first. Default: one dimension with all elements. */
  shape?: readonly number[];
  /** Default: `Variable`, `Variable_1`, … */
  name?: string;
  /** Whether training changes it. Default: true. */
  trainable?: boolean;
  /** Applied after each dense step of an optimizer. */
  constraint?: Constraint;
}

/**
 * Projects a variable to where it may be. It gets the live elements and either changes them in place or returns as many
 * numbers to take their place.
 */
export type Constraint = (values: Float32Array, variable: Variable) => ArrayLike<number> | undefined | void;

/** A variable of any dtype. */
export type AnyVariable = Variable<Float32Array> | Variable<BigInt64Array> | Variable<Uint16Array>;

let unnamed = 0;

/**
 * A named array with a shape. It *adopts* the typed array it is given: no copy is made, and steps of an optimizer are
 * seen in that very array.
 *
 * Like `tf.Variable`, as far as an optimizer needs it.
 */
export class Variable<T extends Elements = Float32Array> {
  /** The adopted array itself. */
  readonly data: T;
  readonly dtype: DType;
  readonly shape: Shape;
  readonly name: string;
  readonly trainable: boolean;
  readonly constraint: Constraint | null;

  /**
   * @param data - elements in row-major order; a `BigInt64Array` makes an int64 variable, a `Uint16Array` one of
   *   bfloat16 bit patterns (the upper halves of float32 numbers), as optimizers keep slots with `slotDtype`
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`, `ERR_ADAMAX_DETACHED`, `ERR_ADAMAX_RESIZABLE`
   * @throws RangeError `ERR_ADAMAX_SHAPE` when the shape does not hold `data.length` elements
   */
  constructor(data: T, options: VariableOptions = {}) {
    if (types.isBigInt64Array(data) || types.isUint16Array(data)) checkMemory('data', data);
    else checkFloat32Array('data', data);
    checkOptions('Variable', options, ['shape', 'name', 'trainable', 'constraint']);
    const { shape, name, trainable = true, constraint } = options;
    if (name !== undefined) checkString('name', name);
    if (typeof trainable !== 'boolean') throw wrongType('trainable', 'a boolean', trainable);
    if (constraint !== undefined && typeof constraint !== 'function') {
      throw wrongType('constraint', 'a function', constraint);
    }
    this.data = data;
    this.dtype = dtypeOf(data);
    this.shape = checkShape('shape', shape ?? [lengthOf(data)], lengthOf(data));
    this.name = name ?? (unnamed === 0 ? 'Variable' : `Variable_${unnamed}`);
    if (name === undefined) unnamed++;
    this.trainable = trainable;
    this.constraint = constraint ?? null;
  }

  /** Number of elements. */
  get size(): number {
    return lengthOf(this.data);
  }

  /**
   * The only element, as a number.
   * @throws RangeError `ERR_ADAMAX_SHAPE` unless there is exactly one
   */
  item(): number {
    if (this.size !== 1) {
      throw rangeError(
        'ERR_ADAMAX_SHAPE',
        `item() must be asked of one element: received shape ${formatShape(this.shape)}`,
      );
    }
    return this.dtype === 'bfloat16' ? fromBfloat16(this.data[0] as number) : Number(this.data[0]);
  }

  /**
   * Overwrites all elements.
   * @param values - as many numbers (or, for int64, whole numbers or bigints) as there are elements. A bfloat16 variable
   *   rounds them to nearest even, but takes a `Uint16Array` as bit patterns
   */
  assign(values: ArrayLike<number | bigint> | number | bigint): this {
    const list = typeof values === 'number' || typeof values === 'bigint' ? [values] : values;
    if (typeof list !== 'object' || list === null || typeof list.length !== 'number') {
      throw wrongType('values', 'a number or an array of numbers', values);
    }
    if (list.length !== this.size) {
      throw rangeError('ERR_ADAMAX_LENGTH', `values must have ${this.size} elements: received ${list.length}`);
    }
    const asIs =
      this.dtype === 'float32' ? isArrayOfNumbers(list) : this.dtype === 'bfloat16' && types.isUint16Array(list);
    if (asIs) {
      (this.data as Float32Array | Uint16Array).set(list as ArrayLike<number>);
      return this;
    }
    const copy = Array.from({ length: list.length }, (_, i) => this.#element(list[i]));
    (this.data as { set(array: readonly (number | bigint)[]): void }).set(copy);
    return this;
  }

  #element(value: number | bigint): number | bigint {
    if (this.dtype !== 'int64') {
      if (typeof value !== 'number') throw wrongType('values', 'numbers', value);
      return this.dtype === 'float32' ? value : toBfloat16(value);
    }
    if (typeof value !== 'bigint' && !Number.isSafeInteger(value)) throw wrongType('values', 'whole numbers', value);
    return BigInt(value);
  }

  toString(): string {
    return `<Variable '${this.name}' shape=${formatShape(this.shape)} dtype=${this.dtype}>`;
  }
}

function dtypeOf(data: Elements): DType {
  if (types.isBigInt64Array(data)) return 'int64';
  return types.isUint16Array(data) ? 'bfloat16' : 'float32';
}

function isArrayOfNumbers(list: unknown): boolean {
  return types.isTypedArray(list) && typeof list[0] === 'number';
}
