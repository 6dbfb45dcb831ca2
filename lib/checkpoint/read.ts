import { rangeError } from '../arguments/errors.js';
import { Digest } from '../backend/digest.js';
import type { Work } from '../files/eventually.js';
import { readAll, type Source } from './files/medium.js';
import { type FileTensor, PREFIX } from './format/header.js';
import { headerLength, parseHeader } from './format/parse-header.js';
import { hashOf, readMetadata, type Said } from './metadata.js';
import { readTensors, type Taker, type Tensors } from './pieces.js';

/** A file whose header has been read, and says nothing that is not so. */
export interface OpenState extends Tensors {
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
 * @param taker - is given what is read, before it is known to be that
 * @returns digests of the tensors, in their order
 * @throws RangeError `ERR_ADAMAX_CHECKPOINT`
 */
export function* verifyState(state: OpenState, taker: Partial<Taker<FileTensor>> = {}): Work<string[]> {
  const digests = yield* digestsIn(state, taker);
  const damage = damageOf(state, digests);
  if (damage !== null) throw damage;
  return digests;
}

/** Reads all of a file. @returns digests of the tensors, in their order */
export function* digestsIn(state: OpenState, taker: Partial<Taker<FileTensor>> = {}): Work<string[]> {
  const digests: string[] = [];
  let digest = new Digest();
  yield* readTensors(state, state.header.tensors, {
    ...taker,
    take(tensor, part, at, next) {
      digest.update(part, next);
      taker.take?.(tensor, part, at, next);
      if (at + part.length < tensor.end - tensor.begin) return;
      digests.push(digest.hex());
      digest = new Digest();
    },
  });
  return digests;
}

/** The error for what is not what was written; null where it is, or nothing tells. @param digests - in the order of tensors */
export function damageOf({ source, header, said }: OpenState, digests: readonly string[]): RangeError | null {
  if (said.hash === null) return null;
  const hash = hashOf(header.metadata, header.tensors, digests);
  if (hash === said.hash) return null;
  const expected = `${source.name} must be as it was written, with the digest '${said.hash}'`;
  return rangeError('ERR_ADAMAX_CHECKPOINT', `${expected}: received a damaged file, whose digest is '${hash}'`);
}
