/** Reads tensors of a file piece by piece, in the order in which they lie there. */
import { begun, quietly, type Work, wait } from '../files/eventually.js';
import { readAll, type Source } from './files/medium.js';
import { WIDTHS } from './format/dtype.js';
import type { FileTensor, Header } from './format/header.js';

/**
 * Bytes that are read, or copied and written, together: so many that two pieces stay in the second-level cache, and
 * that the event loop is not held up by what is done with one.
 */
export const STAGE = 512 * 1024;

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
  /** @param at - bytes of the tensor in front of the part */
  take(tensor: T, part: Uint8Array, at: number): void;
  /** Memory that a part may be read straight into; null where it has to come by way of ours. */
  room?(tensor: T, at: number, count: number): Uint8Array | null;
  /** Told after each piece how many bytes it had. */
  tell?(count: number): void;
}

/**
 * Reads tensors, which may be any of a file, in its order. Of a source that goes on by itself the next piece is being
 * read while the last is taken.
 * @throws RangeError `ERR_ADAMAX_CHECKPOINT`
 */
export function* readTensors<T extends FileTensor>(
  { source, header }: Tensors,
  tensors: Iterable<T>,
  { take, room, tell }: Taker<T>,
): Work<void> {
  const stages = (source.isAtOnce ? [0] : [0, 1]).map(() => new Uint8Array(Math.min(STAGE, source.size)));
  const begin = (parts: readonly Part<T>[], stage: Uint8Array) => {
    const [{ tensor, begin: first }] = parts;
    const count = parts[parts.length - 1].end - first;
    const straight = parts.length > 1 ? null : room?.(tensor, first - tensor.begin, count);
    const piece = straight ?? stage.subarray(0, count);
    return { parts, piece, first, isRead: begun(readAll(source, piece, header.length + first), source.isAtOnce) };
  };
  type Reading = ReturnType<typeof begin>;
  const finish = ({ parts, piece, first }: Reading) => {
    for (const part of parts) {
      take(part.tensor, piece.subarray(part.begin - first, part.end - first), part.begin - part.tensor.begin);
    }
    tell?.(piece.length);
  };
  let last: Reading | null = null;
  let count = 0;
  try {
    for (const parts of piecesOf(tensors)) {
      if (last !== null) yield* wait(last.isRead);
      const next = begin(parts, stages[count++ % stages.length]);
      if (source.isAtOnce) finish(next);
      else {
        const done = last;
        last = next;
        if (done !== null) finish(done);
      }
    }
    if (last !== null) {
      yield* wait(last.isRead);
      finish(last);
    }
  } finally {
    // Nobody closes a file that is being read.
    if (last !== null) yield* quietly(() => wait((last as Reading).isRead));
  }
}

/** What is read together: a part of a tensor, or several small ones that lie one behind another. */
function* piecesOf<T extends FileTensor>(tensors: Iterable<T>): Generator<Part<T>[]> {
  let parts: Part<T>[] = [];
  let room = STAGE;
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
      room = STAGE;
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
