import { checkAttached, checkFloat32Array, checkLength, checkMemory, detached } from '../arguments/arrays.js';
import { mark } from '../arguments/copies.js';
import { describe, rangeError, typeError, wrongType, wrongValue } from '../arguments/errors.js';
import { INSPECT, type Inspect, inspected } from '../arguments/inspection.js';
import { closeMembers, guardMembers, ownAccessors, refuseWrites } from '../arguments/members.js';
import { checkBoolean, checkCallable, checkOptions, checkString } from '../arguments/options.js';
import type { Domain } from '../arguments/ranges.js';
import { fromBfloat16, toBfloat16 } from '../math/bfloat16.js';
import { userOf } from '../memory/in-use.js';
import { copyInto, isBigInt64Array, isTypedArray, isUint16Array, lengthOf, zerosLike } from '../memory/typed-arrays.js';
import { toBase64 } from './base64.js';
import type { DType, Elements } from './dtype.js';
import { firstOf } from './first-elements.js';
import { checkShape, formatShape, type Shape } from './shape.js';

export type { DType, Elements } from './dtype.js';

/** Arrays of the kind of `T`, on any buffer. */
export type SameKind<T extends Elements> = T extends Float32Array
  ? Float32Array
  : T extends BigInt64Array
    ? BigInt64Array
    : Uint16Array;

/** Options of a `Variable`. */
export interface VariableOptions {
  /** Lengths of the dimensions, outermost first. Default: one dimension with all elements. */
  shape?: readonly number[] | null;
  /**
   * What its state is saved under, so that it finds its way home: unique within an optimizer. Default: `Variable`,
   * `Variable_1`, …, which say nothing to the next process; the state then goes by position.
   */
  name?: string | null;
  /** Whether steps change it; may be set later. Default: true. */
  trainable?: boolean | null;
  /** Applied after each dense step of an optimizer. */
  constraint?: Constraint | null;
}

/**
 * Projects a variable to where it may be. It gets the live elements and either changes them in place or returns as many
 * numbers to take their place.
 */
export type Constraint = (values: Float32Array, variable: Variable) => ArrayLike<number> | undefined | void;

/** A variable of any dtype. */
export type AnyVariable = Variable<Float32Array> | Variable<BigInt64Array> | Variable<Uint16Array>;

let unnamed = 0;
let changed = 0;
let writes = 0;
/** Which write was the last that nobody told the variables of. */
let lastToMany = 0;

/** The array of a variable, whatever a subclass or an own property makes of `data`. */
export let memoryOf: <T extends Elements>(variable: Variable<T>) => T;

/** How many elements a variable has, also when its memory has gone. */
export let elementsOf: (variable: AnyVariable) => number;

/** Whether `value` was made by the constructor of `Variable`: no proxy of one, and no object of another shape. */
export let isVariable: (value: unknown) => value is AnyVariable;

/** Whether steps change a variable, whatever a subclass or an own property makes of `trainable`. */
export let isTrainable: (variable: Variable) => boolean;

/** Whether a variable was given its name, which is then what it is known by in what is saved. */
export let isNamed: (variable: AnyVariable) => boolean;

/** Says why the memory of a variable is not its holder's to replace, completing "received …"; null where it is. */
export let pin: (variable: AnyVariable, why: string | null) => void;

/** Says which numbers an int64 variable may be assigned. */
export let restrict: (variable: Variable<BigInt64Array>, domain: Domain) => void;

/**
 * How often any variable has been given other memory, or been frozen or thawed: as long as it stays, every array is
 * where it was, and steps change the same variables.
 */
export function timesChanged(): number {
  return changed;
}

/**
 * Which write to a variable was its last, among all that go through methods of this package; 0 for none. Steps are none,
 * nor is what is written into its array directly.
 */
export let lastWriteTo: (variable: AnyVariable) => number;

/** How many such writes there were. */
export function timesWritten(): number {
  return writes;
}

/** Says that any variables may have been written to: as a state is set or loaded, or slots are dropped. */
export function noteWrites(): void {
  lastToMany = ++writes;
}

/**
 * A named array with a shape. It *adopts* the typed array it is given: no copy is made, and steps of an optimizer are
 * seen in that very array. What an optimizer keeps of it hangs on the variable, not on the array, which `rebind` can
 * replace.
 *
 * Like `tf.Variable`, as far as an optimizer needs it.
 */
export class Variable<T extends Elements = Float32Array> {
  readonly #dtype: DType;
  readonly #shape: Shape;
  readonly #name: string;
  readonly #constraint: Constraint | null;
  #data: T;
  readonly #size: number;
  readonly #named: boolean;
  #pinned: string | null = null;
  #domain: Domain | null = null;
  #trainable: boolean;
  #lastWrite = 0;

  static {
    memoryOf = (variable) => variable.#data;
    elementsOf = (variable) => (variable as Variable<Elements>).#size;
    isVariable = (value): value is AnyVariable => typeof value === 'object' && value !== null && #data in value;
    isTrainable = (variable) => variable.#trainable;
    lastWriteTo = (variable) => Math.max((variable as Variable<Elements>).#lastWrite, lastToMany);
    isNamed = (variable) => (variable as Variable<Elements>).#named;
    pin = (variable, why) => {
      (variable as Variable<Elements>).#pinned = why;
    };
    restrict = (variable, domain) => {
      variable.#domain = domain;
    };
  }

  /**
   * @param data - elements in row-major order; a `BigInt64Array` makes an int64 variable, a `Uint16Array` one of
   *   bfloat16 bit patterns (the upper halves of float32 numbers), as optimizers keep slots with `slotDtype`
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`, `ERR_ADAMAX_DETACHED`, `ERR_ADAMAX_RESIZABLE`
   * @throws RangeError `ERR_ADAMAX_SHAPE` when the shape does not hold `data.length` elements
   */
  constructor(data: T, options: VariableOptions = {}) {
    if (isBigInt64Array(data) || isUint16Array(data)) checkMemory('data', data);
    else checkFloat32Array('data', data);
    checkOptions('Variable', options, ['shape', 'name', 'trainable', 'constraint']);
    const { shape = null, name = null, constraint = null } = options;
    const trainable = options.trainable ?? true;
    if (name !== null) checkString('name', name);
    checkBoolean('trainable', trainable);
    if (constraint !== null) checkCallable('constraint', constraint);
    const size = lengthOf(data);
    const checked = checkShape('shape', shape ?? [size], size);
    // The options may be code of the caller, which has run by now.
    checkAttached('data', data);
    this.#data = data;
    this.#size = lengthOf(data);
    this.#named = name !== null;
    this.#trainable = trainable;
    this.#dtype = dtypeOf(data);
    this.#shape = checked;
    this.#name = name ?? (unnamed === 0 ? 'Variable' : `Variable_${unnamed}`);
    this.#constraint = constraint;
    makeOwn(this);
    if (name === null) unnamed++;
  }

  /** The kind of the elements, as the array given had it. */
  get dtype(): DType {
    return this.#dtype;
  }

  /** Lengths of the dimensions, outermost first; empty for a scalar. */
  get shape(): Shape {
    return this.#shape;
  }

  /** What its state is saved under. */
  get name(): string {
    return this.#name;
  }

  /** What each dense step of an optimizer applies to it, or null. */
  get constraint(): Constraint | null {
    return this.#constraint;
  }

  /** The array that holds the elements: the adopted one, or the one that `rebind` put in its place. */
  get data(): T {
    return this.#data;
  }

  /**
   * Whether steps change it. A variable that is not trainable is left alone by every optimizer, whatever gradient is
   * given with it: no slots are made, and those that are there keep what they hold. May be set at any time: a step
   * steps what was trainable when its pair was read, and still is when all pairs have been read.
   */
  get trainable(): boolean {
    return this.#trainable;
  }
  set trainable(value: boolean) {
    checkBoolean('trainable', value);
    if (value === this.#trainable) return;
    this.#trainable = value;
    changed++;
  }

  /** Number of elements. */
  get size(): number {
    return lengthOf(this.#data);
  }

  /**
   * Gives the variable other memory, for instance because a WebAssembly memory has grown or a library hands out a new
   * array each step. Nothing is copied: `data` holds the elements already. Slots and step counts stay, and optimizers
   * let go of the old array at their next step.
   *
   * @param data - an array of the same kind and length
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_DETACHED`, `ERR_ADAMAX_RESIZABLE`; `ERR_ADAMAX_STATE` for a
   *   slot, whose memory is its optimizer's; `ERR_ADAMAX_BUSY` while a step off the event loop works on the variable
   * @throws RangeError `ERR_ADAMAX_LENGTH`
   */
  rebind(data: SameKind<T>): this {
    if (this.dtype === 'float32') checkFloat32Array('data', data);
    else if (!(this.dtype === 'int64' ? isBigInt64Array(data) : isUint16Array(data))) {
      throw wrongType('data', this.dtype === 'int64' ? 'a BigInt64Array' : 'a Uint16Array', data);
    } else checkMemory('data', data);
    checkLength('data', data, this.#size, 'its variable');
    if (this.#pinned !== null) {
      throw typeError('ERR_ADAMAX_STATE', `rebind must be asked of memory that is yours: received ${this.#pinned}`);
    }
    this.#checkIdle('rebind');
    if (data === (this.#data as Elements)) return this;
    this.#data = data as Elements as T;
    changed++;
    this.#lastWrite = ++writes;
    return this;
  }

  /**
   * The only element, as a number.
   * @throws RangeError `ERR_ADAMAX_SHAPE` unless there is exactly one
   */
  item(): number {
    checkAttached('memory of the variable', this.#data);
    if (this.size !== 1) {
      throw rangeError(
        'ERR_ADAMAX_SHAPE',
        `item() must be asked of one element: received shape ${formatShape(this.shape)}`,
      );
    }
    return this.dtype === 'bfloat16' ? fromBfloat16(this.#data[0] as number) : Number(this.#data[0]);
  }

  /**
   * Overwrites all elements.
   * @param values - as many numbers (or, for int64, whole numbers or bigints) as there are elements. A bfloat16
   *   variable rounds them to nearest even, but takes a `Uint16Array` as bit patterns
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`; `ERR_ADAMAX_BUSY` while a step off the event loop works on the memory
   * @throws RangeError `ERR_ADAMAX_LENGTH`, `ERR_ADAMAX_ARG_VALUE` for what int64 does not hold, or is no count of
   *   steps
   */
  assign(values: ArrayLike<number | bigint> | number | bigint): this {
    const list = typeof values === 'number' || typeof values === 'bigint' ? [values] : values;
    if (typeof list !== 'object' || list === null) throw wrongType('values', 'a number or an array of numbers', values);
    const isTyped = isTypedArray(list);
    const length: unknown = isTyped ? lengthOf(list) : list.length;
    if (typeof length !== 'number') throw wrongType('values', 'a number or an array of numbers', values);
    const size = this.#size;
    checkAttached('memory of the variable', this.#data);
    if (length !== size) {
      if (isTyped) checkAttached('values', list);
      throw rangeError('ERR_ADAMAX_LENGTH', `values must have ${size} elements: received ${describe(length)}`);
    }
    const asIs = this.dtype === 'float32' ? isArrayOfNumbers(list) : this.dtype === 'bfloat16' && isUint16Array(list);
    const copy = asIs ? (list as Float32Array) : this.#rounded(list);
    this.#checkIdle('assign');
    // Code of the caller has run by now: what it was asked for may have taken memory away.
    checkAttached('memory of the variable', this.#data);
    if (asIs && lengthOf(copy) !== size) throw detached('values', copy);
    copyInto<ArrayBufferView>(this.#data, copy);
    this.#lastWrite = ++writes;
    return this;
  }

  /** The elements of a list, each read once, as they are stored. */
  #rounded(list: ArrayLike<unknown>): Elements {
    const elements: Elements = zerosLike<Elements>(this.#data, this.#size);
    for (let i = 0; i < this.#size; i++) elements[i] = this.#element(list[i] as number | bigint);
    return elements;
  }

  /** @throws TypeError `ERR_ADAMAX_BUSY` while a step off the event loop works on the memory, or writes it */
  #checkIdle(method: string, writes = true): void {
    if (userOf(this.#data, writes) === undefined) return;
    const expected = `${method} must wait for the step that works on ${this.#named ? `'${this.name}'` : 'the variable'}`;
    throw typeError('ERR_ADAMAX_BUSY', `${expected}: received a call before it was done`);
  }

  #element(value: number | bigint): number | bigint {
    if (this.dtype !== 'int64') {
      if (typeof value !== 'number') throw wrongType('values', 'numbers', value);
      return this.dtype === 'float32' ? value : toBfloat16(value);
    }
    if (typeof value !== 'bigint' && !Number.isSafeInteger(value)) throw wrongType('values', 'whole numbers', value);
    const whole = BigInt(value);
    if (BigInt.asIntN(64, whole) !== whole) throw wrongValue('values', 'whole numbers that int64 holds', value);
    if (this.#domain?.contains(Number(whole)) === false) throw wrongValue(`'${this.name}'`, this.#domain.text, value);
    return whole;
  }

  /**
   * A scalar is a number in arithmetic: `optimizer.lr *= 0.1`.
   * @throws RangeError `ERR_ADAMAX_SHAPE` for other shapes
   */
  [Symbol.toPrimitive](hint: string): number | string {
    return hint === 'number' ? this.item() : this.toString();
  }

  /**
   * For `JSON.stringify`: `data` as base64 of its little-endian bytes, which keeps every bit.
   * @throws TypeError `ERR_ADAMAX_DETACHED`; `ERR_ADAMAX_BUSY` while a step off the event loop writes them
   */
  toJSON(): {
    /** The name. */
    name: string;
    /** `float32`, `int64` or `bfloat16`. */
    dtype: DType;
    /** Lengths of the dimensions, outermost first. */
    shape: Shape;
    /** Base64 of the elements, little-endian and row-major. */
    data: string;
  } {
    checkAttached(`'${this.name}'`, this.#data);
    this.#checkIdle('toJSON', false);
    return { name: this.name, dtype: this.dtype, shape: this.shape, data: toBase64(this.#data) };
  }

  /**
   * What `console.log` shows.
   * @hidden
   */
  [INSPECT](depth?: number, options?: object, inspect?: Inspect): string {
    const fields = () => {
      const { name, shape, dtype, trainable, constraint } = this;
      const rest = { ...(!trainable && { trainable }), ...(constraint !== null && { constraint }) };
      return { name, shape, dtype, ...rest, data: firstOf(this.#data, this.#size) };
    };
    return inspected('Variable', fields, depth, options, inspect);
  }

  /** Name, shape and dtype, as `tf.Variable` writes them. */
  toString(): string {
    return `<Variable '${this.name}' shape=${formatShape(this.shape)} dtype=${this.dtype}>`;
  }
}

mark(Variable, 'a Variable', (value) => {
  if (!isVariable(value)) return 'an object of the class Variable that its constructor did not make';
  const name = isNamed(value) ? ` '${value.name}'` : '';
  return `a Variable${name} of shape ${formatShape(value.shape)} and dtype ${value.dtype}`;
});
refuseWrites(Variable, {
  data: 'be replaced by rebind(data), or overwritten by assign(values)',
  size: 'stay what it is',
});
guardMembers(Variable);
closeMembers('Variable', Variable);
// What a step goes by is what was checked at construction, and `structuredClone` takes the numbers along.
const makeOwn = ownAccessors(Variable, ['dtype', 'shape', 'name', 'constraint', 'data']);

function dtypeOf(data: Elements): DType {
  if (isBigInt64Array(data)) return 'int64';
  return isUint16Array(data) ? 'bfloat16' : 'float32';
}

function isArrayOfNumbers(list: unknown): boolean {
  return isTypedArray(list) && typeof list[0] === 'number';
}
