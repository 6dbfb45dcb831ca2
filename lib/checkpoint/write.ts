import type { Picture, PictureTensor } from './content/picture.js';
import type { Work } from './files/eventually.js';
import { type Target, writeAll } from './files/medium.js';
import { Digest } from './format/digest.js';
import { WIDTHS } from './format/dtype.js';
import { type FileTensor, headerBytes, placed } from './format/header.js';
import { readPiece } from './format/piece.js';
import type { HeldMemory } from './held-memory.js';
import { metadataAfter, metadataBefore } from './metadata.js';
import { STAGE } from './pieces.js';

/** Told after each piece how many bytes are done, of how many. */
export type Progress = (done: number, total: number) => void;

/** Where everything goes in a file that is to be written. */
export interface Layout {
  readonly tensors: readonly (PictureTensor & FileTensor)[];
  readonly before: Readonly<Record<string, string>>;
  /** Bytes of the whole file. */
  readonly size: number;
}

export function layOut({ content, tensors, json }: Picture): Layout {
  const at = placed(tensors);
  const before = metadataBefore(content.parts, json);
  return { tensors: at, before, size: headerBytes(before, at).length + (at.at(-1)?.end ?? 0) };
}

/**
 * Writes a file. The header comes first, and once more when the digests in it are known.
 * @param held - where the numbers are, if that may change
 */
export function* writeState(
  target: Target,
  { tensors, before, size }: Layout,
  progress: Progress | null,
  held: HeldMemory | null,
): Work<void> {
  const header = headerBytes(before, tensors);
  yield* writeAll(target, header, 0);
  const digests = yield* writeTensors(target, tensors, header.length, size, progress, held);
  yield* writeAll(target, headerBytes(metadataAfter(before, tensors, digests), tensors), 0);
}

function* writeTensors(
  target: Target,
  tensors: Layout['tensors'],
  first: number,
  total: number,
  progress: Progress | null,
  held: HeldMemory | null,
): Work<string[]> {
  const stage = new Uint8Array(Math.min(STAGE, total));
  const digests: string[] = [];
  let used = 0;
  let position = first;
  for (const tensor of tensors) {
    const { canonical, dtype, elements, begin, end } = tensor;
    const digest = new Digest();
    for (let done = 0; done < end - begin; ) {
      // Whole elements: on machines of the other byte order they are turned round.
      const room = Math.min(end - begin - done, stage.length - used);
      const piece = stage.subarray(used, used + room - (room % WIDTHS[dtype]));
      readPiece(canonical, held?.arrayOf(tensor) ?? tensor.array, elements, done, piece);
      digest.update(piece);
      done += piece.length;
      used += piece.length;
      if (done === end - begin && used < stage.length) break;
      yield* writeAll(target, stage.subarray(0, used), position);
      position += used;
      used = 0;
      progress?.(position, total);
    }
    held?.drop(tensor);
    digests.push(digest.hex());
  }
  yield* writeAll(target, stage.subarray(0, used), position);
  progress?.(total, total);
  return digests;
}
