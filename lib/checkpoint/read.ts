import type { Work } from './files/eventually.js';
import { readAll, type Source } from './files/medium.js';
import { damaged } from './format/damage.js';
import { Digest } from './format/digest.js';
import { WIDTHS } from './format/dtype.js';
import { type Header, PREFIX } from './format/header.js';
import { headerLength, parseHeader } from './format/parse-header.js';
import { hashOf, readMetadata, type Said } from './metadata.js';

/** Bytes that are read, or copied and written, together: so many that they stay in the second-level cache. */
export const STAGE = 1024 * 1024;

/** A file whose header has been read, and says nothing that is not so. */
export interface OpenState {
  readonly source: Source;
  readonly header: Header;
  readonly said: Said;
}

/** @throws RangeError `ERR_ADAMAX_CHECKPOINT` */
export function* openState(source: Source): Work<OpenState> {
  const { name, size } = source;
  const prefix = new Uint8Array(Math.min(PREFIX, size));
  yield* readAll(source, prefix, 0);
  const json = new Uint8Array(headerLength(name, prefix, size));
  yield* readAll(source, json, PREFIX);
  const header = parseHeader(name, json, size);
  return { source, header, said: readMetadata(name, header.metadata) };
}

/**
 * Reads all of a file to see whether it is what was written.
 * @returns digests of the tensors, in their order
 * @throws RangeError `ERR_ADAMAX_CHECKPOINT`
 */
export function* verifyState(
  { source, header, said }: OpenState,
  progress: ((done: number) => void) | null,
): Work<string[]> {
  const { tensors, metadata, length } = header;
  const stage = new Uint8Array(Math.min(STAGE, source.size));
  const digests: string[] = [];
  let begin = 0;
  let end = 0;
  for (const tensor of tensors) {
    const digest = new Digest();
    for (let at = tensor.begin; at < tensor.end; ) {
      if (at === end) {
        begin = end;
        end = Math.min(begin + stage.length, source.size - length);
        yield* readAll(source, stage.subarray(0, end - begin), length + begin);
        progress?.(length + end);
      }
      const to = Math.min(end, tensor.end);
      digest.update(stage.subarray(at - begin, to - begin));
      at = to;
    }
    digests.push(digest.hex());
  }
  const hash = hashOf(metadata, tensors, digests);
  if (said.hash !== null && said.hash !== hash) {
    throw damaged(source.name, `the digest of what was written must be ${hash}, as that`, said.hash);
  }
  return digests;
}

/**
 * Reads a tensor piece by piece, in whole elements.
 * @param room - where so many bytes go, of which the first is the tensor's `at`th. Default: to the beginning of `stage`
 */
export function* readTensor(
  { source, header }: OpenState,
  { begin, end, dtype }: Header['tensors'][number],
  stage: Uint8Array,
  take: (piece: Uint8Array, at: number) => void,
  room: (at: number, count: number) => Uint8Array = (_, count) => stage.subarray(0, count),
): Work<void> {
  const most = stage.length - (stage.length % WIDTHS[dtype]);
  for (let at = begin; at < end; at += most) {
    const piece = room(at - begin, Math.min(most, end - at));
    yield* readAll(source, piece, header.length + at);
    take(piece, at - begin);
  }
}
