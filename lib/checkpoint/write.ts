import { checkUnused } from '../arguments/arrays.js';
import { rangeError } from '../arguments/errors.js';
import { Digest } from '../backend/digest.js';
import { FileTransfer } from '../backend/file-transfer.js';
import type { Work } from '../files/eventually.js';
import { type Target, writeAll } from '../files/target.js';
import { isLittleEndian } from '../memory/byte-order.js';
import { bufferOf, isSharedArrayBuffer } from '../memory/typed-arrays.js';
import type { Picture, PictureTensor } from './content/picture.js';
import { WIDTHS } from './format/dtype.js';
import { type FileTensor, headerBytes, LONGEST, PREFIX, placed } from './format/header.js';
import { bytesAt, readPiece } from './format/piece.js';
import type { HeldMemory } from './held-memory.js';
import { metadataAfter, metadataBefore } from './metadata.js';
import { SHARED_STAGE, STAGE } from './pieces.js';
import type { SharedPieces } from './shared-pieces.js';

/** Told after each piece how many bytes are done, of how many. */
export type Progress = (done: number, total: number) => void;

/** Where everything goes in a file that is to be written. */
export interface Layout {
  readonly tensors: readonly (PictureTensor & FileTensor)[];
  readonly before: Readonly<Record<string, string>>;
  /** Bytes of the whole file. */
  readonly size: number;
}

/**
 * What cannot be read is not written: an old file is not to give way to one that nobody can load.
 * @throws RangeError `ERR_ADAMAX_ARG_VALUE`
 */
export function layOut({ content, tensors, json }: Picture): Layout {
  const at = placed(tensors);
  const before = metadataBefore(content.parts, json);
  const header = headerWithin(before, at);
  return { tensors: at, before, size: header.length + (at.at(-1)?.end ?? 0) };
}

/** @throws RangeError `ERR_ADAMAX_ARG_VALUE` for a header that is longer than the longest which is read */
function headerWithin(metadata: Layout['before'], tensors: Layout['tensors']): Uint8Array {
  let header: Uint8Array | null;
  try {
    header = headerBytes(metadata, tensors);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    header = null; // it is longer than a string can be
  }
  if (header !== null && header.length - PREFIX <= LONGEST) return header;
  const length = header === null ? 'more than a string has room for' : `${header.length - PREFIX} of them`;
  const expected = `names, configs and JSON must have at most ${LONGEST} bytes together, since a header is no longer`;
  throw rangeError('ERR_ADAMAX_ARG_VALUE', `${expected}: received ${length}`);
}

/** Where the numbers of tensors come from. */
export interface Numbers {
  /** Where they are, if that may change. */
  readonly held: HeldMemory | null;
  /** Those of which this replica has but a part; null where it has all. */
  readonly shared: SharedPieces | null;
}

/** Writes a file. The header comes first, and once more when the digests in it are known. */
export function* writeState(
  target: Target,
  { tensors, before, size }: Layout,
  progress: Progress | null,
  numbers: Numbers,
): Work<void> {
  const header = headerBytes(before, tensors);
  yield* writeAll(target, header, 0);
  const digests = yield* writeTensors(target, tensors, header.length, size, progress, numbers);
  yield* writeAll(target, headerBytes(metadataAfter(before, tensors, digests), tensors), 0);
}

function* writeTensors(
  target: Target,
  tensors: Layout['tensors'],
  first: number,
  total: number,
  progress: Progress | null,
  { held, shared }: Numbers,
): Work<string[]> {
  const stage = new Uint8Array(Math.min(STAGE, total));
  const digests: string[] = [];
  let used = 0;
  let position = first;
  function* write(piece: Uint8Array, moved = 0): Work<void> {
    yield* writeAll(target, piece.subarray(moved), position + moved);
    position += piece.length;
    progress?.(position, total);
  }
  function* writeStage(): Work<void> {
    const count = used;
    used = 0;
    if (count > 0) yield* write(stage.subarray(0, count));
  }
  for (const tensor of tensors) {
    const { canonical, dtype, elements, begin, end } = tensor;
    const digest = new Digest();
    const sharing = tensor.shard === null ? null : shared;
    const isStraight = sharing === null && target.isAtOnce && maySaveStraight(tensor);
    // Pieces that replicas share have the same borders in all of them, whatever is staged here.
    if (isStraight || sharing !== null) yield* writeStage();
    for (let done = 0; done < end - begin; ) {
      // Whole elements: on machines of the other byte order they are turned round.
      const room = Math.min(end - begin - done, isStraight ? SHARED_STAGE : stage.length - used);
      const count = room - (room % WIDTHS[dtype]);
      const array = held?.arrayOf(tensor) ?? tensor.array;
      // Whoever was told of the piece before may have begun a step off the event loop.
      if (held === null) checkUnused(`'${canonical}'`, array, false);
      const piece = isStraight ? bytesAt(canonical, array, elements, done, count) : stage.subarray(used, used + count);
      if (sharing !== null) yield* sharing.fill(piece);
      else if (!isStraight) readPiece(canonical, array, elements, done, piece);
      const transfer = isStraight && target.fd !== null ? new FileTransfer(target.fd, true, position, piece) : null;
      digest.update(piece, transfer);
      done += count;
      if (isStraight) yield* write(piece, transfer?.moved);
      else {
        used += count;
        if (done < end - begin || used === stage.length) yield* writeStage();
      }
    }
    if (sharing === null) held?.drop(tensor);
    digests.push(digest.hex());
  }
  yield* writeStage();
  progress?.(total, total);
  return digests;
}

/**
 * Whether bytes are written from where they lie: what is worth it. Shared memory is copied first, since another thread
 * could write there between the digest and the file.
 */
function maySaveStraight({ array, begin, end }: Layout['tensors'][number]): boolean {
  return isLittleEndian && end - begin >= STAGE && !isSharedArrayBuffer(bufferOf(array));
}
