/** How tensors of a file get into memory. */
import { checkUnused } from '../arguments/arrays.js';
import { rangeError } from '../arguments/errors.js';
import type { Stretch } from '../backend/stretch.js';
import type { Work } from '../files/eventually.js';
import { isLittleEndian } from '../memory/byte-order.js';
import { bufferOf } from '../memory/typed-arrays.js';
import { statesOf } from '../optimizers/optimizer-state.js';
import { byName } from '../state/labels.js';
import type { Creation } from '../state/variable-states.js';
import { sizeOf } from '../variables/shape.js';
import type { Part } from './content/content.js';
import type { LiveTensor } from './content/extra.js';
import { type Shard, shardOf } from './content/shard.js';
import { putPiece } from './conversion.js';
import { type FileDtype, newArray, WIDTHS } from './format/dtype.js';
import type { FileTensor } from './format/header.js';
import { bytesAt } from './format/piece.js';
import type { Found, Matches } from './matching.js';
import { readTensors, type Taker } from './pieces.js';
import type { Place } from './places.js';
import { type OpenState, verifyState } from './read.js';
import type { Progress } from './write.js';

/** Where in memory a tensor of a file goes. */
export interface Write extends FileTensor {
  readonly canonical: string;
  readonly array: LiveTensor['array'];
  /** In memory, where it may be another than in the file. */
  readonly to: FileDtype;
  readonly length: number;
  /** What this replica takes of it; null for all. */
  readonly shard: Shard | null;
  /** Whether the memory was made for this, so that nobody has seen it: it may be written on trial. */
  readonly isNew: boolean;
}

/**
 * Makes the slots that are not there, on trial, and arrays for what the caller has none for.
 * @param creations - receives what keeps or undoes the slots
 * @throws RangeError `ERR_ADAMAX_MEMORY`
 */
export function writesOf({ matches, found }: Matches, creations: Map<Part, Creation>): Write[] {
  const writes = matches.map(({ place, tensor }) => {
    const { canonical, dtype: to, shape, slot } = place;
    const array = place.array ?? newSlot(place, creations);
    // Where there was a slot before, that has the memory of its fellows, too.
    const isNew = place.array === null && slot !== null && !statesOf(slot.part.optimizer).slots.has(slot.owner);
    const shard = slot === null ? null : shardOf(slot.part, slot.owner, slot.kind);
    return { ...tensor, canonical, array, to, length: sizeOf(shape), shard, isNew };
  });
  return [...writes, ...found.map(intoNewArray)];
}

function intoNewArray({ canonical, tensor }: Found): Write {
  const { dtype, shape } = tensor;
  const length = sizeOf(shape);
  let array: LiveTensor['array'];
  try {
    array = newArray(dtype, length);
  } catch {
    const expected = `'${canonical}' must fit in memory (extra: null leaves it in the file)`;
    throw rangeError('ERR_ADAMAX_MEMORY', `${expected}: received ${length} elements`);
  }
  return { ...tensor, canonical, array, to: dtype, length, shard: null, isNew: true };
}

function newSlot({ slot }: Place, creations: Map<Part, Creation>): LiveTensor['array'] {
  const { part, owner, kind } = slot as NonNullable<typeof slot>;
  const states = statesOf(part.optimizer);
  const creation = creations.get(part) ?? states.creation(byName);
  creations.set(part, creation);
  return creation.stateOf(owner).slots[states.ruleSlots.indexOf(kind)];
}

/** Tells the caller how many bytes are done. */
export class Counting {
  readonly #progress: Progress | null;
  readonly #total: number;
  #done: number;

  /** @param again - what is read a second time */
  constructor(progress: Progress | null, { source: { size }, header }: OpenState, again: readonly Write[]) {
    this.#progress = progress;
    this.#done = header.length;
    this.#total = again.reduce((sum, { begin, end }) => sum + end - begin, size);
  }

  add(count: number): void {
    this.#done += count;
    this.#progress?.(this.#done, this.#total);
  }

  end(): void {
    this.#progress?.(this.#total, this.#total);
  }
}

/**
 * Compares a file with its digest, and reads it into new memory on the way: to read it again would take as long again.
 */
export function* verifyInto(state: OpenState, writes: readonly Write[], progress: Counting): Work<void> {
  const byKey = new Map(writes.filter(({ isNew }) => isNew).map((write) => [write.key, write]));
  const { take, room } = filling(state);
  yield* verifyState(state, {
    take(tensor, part, at, next) {
      const write = byKey.get(tensor.key);
      if (write !== undefined) take(write, part, at, next);
    },
    room(tensor, at, count) {
      const write = byKey.get(tensor.key);
      return write === undefined ? null : room(write, at, count);
    },
    tell: (count) => progress.add(count),
  });
}

/**
 * Reads tensors into memory. What the caller's progress throws waits until all is written, since half a state is none.
 * @returns reports the end, or throws that
 */
export function* writeAll(state: OpenState, writes: readonly Write[], progress: Counting): Work<() => void> {
  const inOrder = [...writes].sort((a, b) => a.begin - b.begin || a.end - b.end);
  let report = () => progress.end();
  let isSilent = false;
  const tell = (count: number) => {
    if (isSilent) return;
    try {
      progress.add(count);
    } catch (error) {
      isSilent = true;
      report = () => {
        throw error;
      };
    }
  };
  yield* readTensors(state, inOrder, { ...filling(state), tell });
  return report;
}

/** Reads straight into the arrays where that can be: else by way of a piece of memory of our own. */
function filling({ source }: OpenState): Required<Pick<Taker<Write>, 'take' | 'room'>> {
  const isStraight = ({ dtype, to }: Write) => source.isAtOnce && isLittleEndian && dtype === to;
  // Whoever was told of the piece before may have begun a step off the event loop. What works there itself has told all.
  const check = ({ canonical, array }: Write) => {
    if (source.isAtOnce) checkUnused(`'${canonical}'`, array, true);
  };
  return {
    room(write, at, count) {
      const own = ownOf(write, at, count);
      if (!isStraight(write) || own.begin > 0 || own.end < count) return null;
      check(write);
      return bytesAt(write.canonical, write.array, write.length, at, count);
    },
    take(write, part, at) {
      const { canonical, dtype, array, to, length } = write;
      if (part.buffer === bufferOf(array)) return;
      const { begin, end } = ownOf(write, at, part.length);
      // What belongs to another replica is not to touch the memory that this one has for it.
      if (write.shard !== null && begin >= end) return;
      check(write);
      putPiece(canonical, dtype, part.subarray(begin, end), at + begin, { dtype: to, array, length });
    },
  };
}

/** The bytes of a part that this replica keeps. @param at - bytes of the tensor in front of the part */
function ownOf({ shard, dtype }: Write, at: number, count: number): Stretch {
  if (shard === null) return { begin: 0, end: count };
  const [begin, end] = [shard.begin * WIDTHS[dtype] - at, shard.end * WIDTHS[dtype] - at];
  return { begin: Math.max(0, begin), end: Math.min(count, end) };
}
