/** Reads tensors of a file piece by piece, in the order in which they lie there. */
import { FileTransfer } from '../backend/file-transfer.js';
import { begun, type Eventually, quietly, type Work, wait } from '../files/eventually.js';
import { readAll, type Source } from './files/medium.js';
import { WIDTHS } from './format/dtype.js';
import type { FileTensor, Header } from './format/header.js';

/**
 * Bytes that are read, or copied and written, together: so many that two pieces stay in the second-level cache, and
 * that the event loop is not held up by what is done with one.
 */
export const STAGE = 512 * 1024;

/** As many are moved at once by several threads, each of which has its own cache. */
export const SHARED_STAGE = 4 * STAGE;

/** A file, and where its tensors are. */
export interface Tensors {
  readonly source: Source;
  readonly header: Header;
}

/** Whole elements of one tensor. */
interface Part<T> {
  readonly tensor: T;
  readonly begin: number;
  readonly end: number;
}

/** Who takes what is read of tensors. */
export interface Taker<T> {
  /**
   * @param at - bytes of the tensor in front of the part
   * @param next - what is to be read meanwhile
   */
  take(tensor: T, part: Uint8Array, at: number, next: FileTransfer | null): void;
  /** Memory that a part may be read straight into; null where it has to come by way of ours. */
  room?(tensor: T, at: number, count: number): Uint8Array | null;
  /** Told after each piece how many bytes it had. */
  tell?(count: number): void;
}

/**
 * Reads tensors, which may be any of a file, in its order. The next piece is being read while the last is taken.
 * @throws RangeError `ERR_ADAMAX_CHECKPOINT`
 */
export function* readTensors<T extends FileTensor>(
  { source, header }: Tensors,
  tensors: Iterable<T>,
  { take, room, tell }: Taker<T>,
): Work<void> {
  const most = source.fd === null ? STAGE : SHARED_STAGE;
  const stages = [0, 1].map(() => new Uint8Array(Math.min(most, source.size)));
  const begin = (parts: readonly Part<T>[], stage: Uint8Array): Reading<T> => {
    const [{ tensor, begin: first }] = parts;
    const count = parts[parts.length - 1].end - first;
    const straight = parts.length > 1 ? null : room?.(tensor, first - tensor.begin, count);
    const piece = straight ?? stage.subarray(0, count);
    const position = header.length + first;
    const transfer = source.fd === null ? null : new FileTransfer(source.fd, false, position, piece);
    const isRead = source.isAtOnce ? null : begun(readAll(source, piece, position), false);
    return { parts, piece, first, isStraight: piece === straight, transfer, isRead };
  };
  function* finish({ piece, transfer, first, isRead }: Reading<T>): Work<void> {
    if (isRead !== null) return yield* wait(isRead);
    const moved = transfer?.moved ?? 0;
    yield* readAll(source, piece.subarray(moved), header.length + first + moved);
  }
  const takeAll = ({ parts, piece, first, isStraight }: Reading<T>, next: Reading<T> | null) => {
    for (const { tensor, begin, end } of parts) {
      const at = begin - tensor.begin;
      // Whoever was told of the piece before may have taken that memory away.
      if (isStraight) room?.(tensor, at, end - begin);
      take(tensor, piece.subarray(begin - first, end - first), at, next?.transfer ?? null);
    }
  };
  let last: Reading<T> | null = null;
  let count = 0;
  try {
    for (const parts of piecesOf(tensors, most)) {
      if (last !== null && !source.isAtOnce) yield* finish(last);
      const next = begin(parts, stages[count++ % stages.length]);
      const done: Reading<T> | null = last;
      last = next;
      if (done !== null) takeAll(done, next);
      // What is read straight to where a caller has his hands is there before he is told anything.
      if (source.isAtOnce) yield* finish(next);
      if (done !== null) tell?.(done.piece.length);
    }
    if (last !== null) {
      if (!source.isAtOnce) yield* finish(last);
      takeAll(last, null);
      tell?.(last.piece.length);
    }
  } finally {
    // Nobody closes a file that is being read.
    const isRead = last?.isRead ?? null;
    if (isRead !== null) yield* quietly(() => wait(isRead));
  }
}

/** A piece that is being read, or is to be. */
interface Reading<T> {
  readonly parts: readonly Part<T>[];
  readonly piece: Uint8Array;
  /** Where in the data of the file it begins. */
  readonly first: number;
  /** Whether it is memory that `room` gave. */
  readonly isStraight: boolean;
  /** What reads it where that is done at once, from a file. */
  readonly transfer: FileTransfer | null;
  /** Settles when it is there; null where that is done at once. */
  readonly isRead: Eventually<void> | null;
}

/** What is read together: a part of a tensor, or several small ones that lie one behind another. */
function* piecesOf<T extends FileTensor>(tensors: Iterable<T>, most: number): Generator<Part<T>[]> {
  let parts: Part<T>[] = [];
  let room = most;
  for (const tensor of tensors) {
    for (let begin = tensor.begin; ; ) {
      const count = Math.min(tensor.end - begin, room - (room % WIDTHS[tensor.dtype]));
      const isSmall = tensor.end - tensor.begin < STAGE;
      const isNext = parts.length === 0 || (isSmall && parts[parts.length - 1].end === begin);
      if (isNext && (count > 0 || begin === tensor.end)) {
        parts.push({ tensor, begin, end: begin + count });
        room -= count;
        begin += count;
        if (begin === tensor.end) break;
      }
      yield parts;
      parts = [];
      room = most;
    }
  }
  if (parts.length > 0) yield parts;
}

/** Reads one tensor in whole elements. @param stage - takes a piece */
export function* readTensor(
  { source, header }: Tensors,
  { begin, end, dtype }: FileTensor,
  stage: Uint8Array,
  take: (piece: Uint8Array, at: number) => void,
): Work<void> {
  const most = stage.length - (stage.length % WIDTHS[dtype]);
  for (let at = begin; at < end; at += most) {
    const piece = stage.subarray(0, Math.min(most, end - at));
    yield* readAll(source, piece, header.length + at);
    take(piece, at - begin);
  }
}
