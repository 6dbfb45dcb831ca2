import { checkMemory } from '../arguments/arrays.js';
import { rangeError, wrongType, wrongValue } from '../arguments/errors.js';
import { checkOneOf } from '../arguments/options.js';
import { isFloat32Array, lengthOf, plain } from '../memory/typed-arrays.js';
import type { Failure } from '../step/outcome.js';
import { Rows } from '../variables/gradient.js';
import { IndexedSlices, isSlices } from '../variables/indexed-slices.js';
import { agree, ranks, tried } from './agreement.js';
import type { Collective } from './collective/collective.js';
import { agreed, type Exchanges } from './collective/exchanges.js';
import { evenBorders, gatherNumbers } from './collective/gather-numbers.js';
import { Hash } from './steps/hash.js';
import { bytesOf, checkThere, gatherSlices, scaled } from './steps/slices.js';

/** How values of replicas become one; Keras' `tf.distribute.ReduceOp`, in either case. */
export type ReduceOp = 'sum' | 'mean' | 'SUM' | 'MEAN';

/** What replicas can add up: numbers, arrays of floats, sparse gradients, and arrays of those. */
export type Reducible = number | Float32Array | IndexedSlices | readonly Reducible[];

type Leaf = number | Float32Array | IndexedSlices;

/** The leaves of a value, and what it looks like without their contents. */
interface Read {
  readonly leaves: Leaf[];
  readonly shape: string;
  /** Arrays of arrays as the value was made of them; undefined for a leaf. */
  readonly form: Form;
}

type Form = readonly Form[] | undefined;

/** So many arrays may lie within each other. */
const DEEPEST = 64;

/**
 * Reads a value before anything of it is exchanged.
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_DETACHED`; RangeError `ERR_ADAMAX_ARG_VALUE` for an array that
 *   holds itself, or arrays that are nested too deep
 */
export function readValue(argument: string, value: unknown): Read {
  const leaves: Leaf[] = [];
  return { leaves, ...visit(argument, value, leaves, []) };
}

function visit(argument: string, value: unknown, leaves: Leaf[], within: readonly unknown[]): Omit<Read, 'leaves'> {
  if (Array.isArray(value)) {
    if (within.includes(value)) throw wrongValue(argument, 'another array than those that hold it', value);
    if (within.length === DEEPEST) throw wrongValue(argument, `within ${DEEPEST} arrays at most, and no array`, value);
    const around = [...within, value];
    // `map` would pass over a hole.
    const items = Array.from(value, (item, i) => visit(`${argument}[${i}]`, item, leaves, around));
    return { shape: `[${items.map(({ shape }) => shape).join(', ')}]`, form: items.map(({ form }) => form) };
  }
  const shape = leafShape(argument, value);
  leaves.push(value as Leaf);
  return { shape, form: undefined };
}

function leafShape(argument: string, value: unknown): string {
  if (typeof value === 'number') return 'a number';
  if (isFloat32Array(value)) {
    checkMemory(argument, value);
    return `Float32Array(${lengthOf(value)})`;
  }
  if (isSlices(value)) return `IndexedSlices by ${value.indices.constructor.name}`;
  throw wrongType(argument, 'a number, a Float32Array, IndexedSlices or an array of them', value);
}

/** The value of the same form with other leaves. */
function rebuilt(form: Form, leaves: Iterator<Leaf>): Reducible {
  if (form !== undefined) return form.map((item) => rebuilt(item, leaves));
  return leaves.next().value as Leaf;
}

/**
 * Adds a value up over all replicas: arrays by the tree of pairwise.ts, numbers by the same in float64; slices of sparse
 * gradients come one behind another. What the value is made of is read before this returns; every replica hears of an
 * error in it.
 */
export function reduceValue<T extends Reducible>(collective: Collective, op: ReduceOp, value: T): Exchanges<T> {
  const { read, failure } = tried(() => {
    checkOneOf('op', op, ['sum', 'mean', 'SUM', 'MEAN']);
    return readValue('value', value);
  });
  return reduceRead(collective, op, read, failure) as Exchanges<T>;
}

function* reduceRead(
  collective: Collective,
  op: ReduceOp,
  read: Read | null,
  failure: Failure | null,
): Exchanges<Reducible> {
  const shape = read?.shape ?? '';
  const claims = [
    { about: 'the operation', value: read !== null && isMean(op) ? 1 : 0, shown: () => `'${op}'` },
    { about: 'the value', value: new Hash().addText(shape).value, shown: () => shape },
  ];
  yield* agree(collective, { task: 'reduce', claims }, failure);
  const reduced = yield* agreed(collective, 'reduce', reduceLeaves(collective, op, (read as Read).leaves));
  if (reduced instanceof RangeError) throw reduced;
  return rebuilt((read as Read).form, reduced[Symbol.iterator]());
}

/** Returns an error that all replicas have. */
function* reduceLeaves(
  collective: Collective,
  op: ReduceOp,
  leaves: readonly Leaf[],
): Exchanges<readonly Leaf[] | RangeError> {
  const { rank, size } = collective;
  leaves.filter(isFloat32Array).forEach(checkThere);
  const numbers = leaves.filter((leaf) => typeof leaf === 'number');
  const all = new Float64Array(size * numbers.length);
  all.set(numbers, rank * numbers.length);
  const sums = leaves
    .filter(isFloat32Array)
    .map((leaf) => ({ from: plain(leaf), to: new Float32Array(lengthOf(leaf)) }));
  yield [
    ...(numbers.length === 0
      ? []
      : [{ kind: 'gather' as const, bytes: bytesOf(all), borders: evenBorders(size, 8 * numbers.length) }]),
    ...sums.map(({ from, to }) => ({ kind: 'sum' as const, from, to })),
  ];
  const slices = yield* reduceSlices(collective, leaves.filter(isSlices));
  if (slices instanceof RangeError) return slices;
  const divisor = isMean(op) ? size : 1;
  let [number, array, sparse] = [0, 0, 0];
  return leaves.map((leaf): Leaf => {
    if (typeof leaf === 'number') {
      const k = number++;
      return pairwise(ranks(size).map((r) => all[r * numbers.length + k])) / divisor;
    }
    if (isFloat32Array(leaf)) return divided(sums[array++].to, divisor);
    const { values, indices } = slices[sparse++];
    return new IndexedSlices(divided(values, divisor), indices, leaf.denseShape);
  });
}

/** A replica without slices does not know how long a row is, so that all say it. */
function* reduceSlices(collective: Collective, own: readonly IndexedSlices[]): Exchanges<Rows[] | RangeError> {
  if (own.length === 0) return [];
  const { size } = collective;
  for (const { values, indices } of own) checkThere(new Rows(values, indices));
  const lengths = yield* gatherNumbers(
    collective,
    own.map(({ values, indices }) => (lengthOf(indices) === 0 ? 0 : lengthOf(values) / lengthOf(indices))),
  );
  const rowLengths = own.map((_, k) => ranks(size).map((r) => lengths[r * own.length + k]));
  const differing = rowLengths.find((of) => of.some((n) => n !== 0 && n !== Math.max(...of)));
  if (differing !== undefined) {
    const message = 'slices of all replicas must have rows of one length';
    return rangeError('ERR_ADAMAX_LENGTH', `${message}: received ${differing.join(', ')}`);
  }
  const slices = own.map(({ values, indices }, k) => {
    return { rows: new Rows(values, indices), rowLength: Math.max(...rowLengths[k]) };
  });
  return yield* gatherSlices(collective, slices);
}

/** Arrays of all replicas, one behind another, in their order. */
export function gatherValue(collective: Collective, value: Float32Array, axis: number): Exchanges<Float32Array> {
  const { failure } = tried(() => {
    if (axis !== 0) throw wrongType('axis', '0', axis);
    if (!isFloat32Array(value)) throw wrongType('value', 'a Float32Array', value);
    checkMemory('value', value);
  });
  return gatherRead(collective, value, failure);
}

function* gatherRead(collective: Collective, value: Float32Array, failure: Failure | null): Exchanges<Float32Array> {
  yield* agree(collective, { task: 'gather', claims: [] }, failure);
  return yield* agreed(collective, 'gather', gatherAll(collective, value));
}

function* gatherAll(collective: Collective, value: Float32Array): Exchanges<Float32Array> {
  const { rank, size } = collective;
  checkThere(value);
  const counts = yield* gatherNumbers(collective, [lengthOf(value)]);
  const borders = [0];
  for (const r of ranks(size)) borders.push(borders[r] + counts[r]);
  const all = new Float32Array(borders[size]);
  all.set(value, borders[rank]);
  yield [{ kind: 'gather', bytes: bytesOf(all), borders: scaled(borders, 4) }];
  return all;
}

function isMean(op: ReduceOp): boolean {
  return op.toLowerCase() === 'mean';
}

function divided(sums: Float32Array, divisor: number): Float32Array {
  if (divisor !== 1) for (let i = 0; i < sums.length; i++) sums[i] /= divisor;
  return sums;
}

/** The tree of pairwise.ts, in float64. */
function pairwise(parts: readonly number[]): number {
  const open: number[] = [];
  parts.forEach((part, i) => {
    let sum = part;
    for (let carry = i; carry % 2 === 1; carry = (carry - 1) / 2) sum = (open.pop() as number) + sum;
    open.push(sum);
  });
  return open.reduceRight((right, left) => left + right);
}
