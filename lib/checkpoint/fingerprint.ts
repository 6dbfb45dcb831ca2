import { checkUnused } from '../arguments/arrays.js';
import { checkOptions } from '../arguments/options.js';
import { Digest, digestOfText } from '../backend/digest.js';
import { lengthOf } from '../memory/typed-arrays.js';
import { CONTENT, type Content, readContent } from './content/content.js';
import type { LiveTensor } from './content/extra.js';
import { liveTensors } from './content/picture.js';
import { WIDTHS } from './format/dtype.js';
import { viewPiece } from './format/piece.js';
import { during } from './turns.js';

/** Bytes that are looked at together: they stay in the second-level cache. */
const PIECE = 256 * 1024;

/**
 * 32 hexadecimal digits that stand for parameters, slots and counters: equal on every machine, implementation and
 * number of threads for equal bits, and else different, but by an accident of 1 in 2⁶⁴. It is no defence against
 * forgery. The one of a saved state is in its metadata.
 *
 * @example
 * console.log(fingerprint({ optimizer }));
 * @throws as `save`
 */
export function fingerprint(content: Content): string {
  checkOptions('fingerprint', content, CONTENT);
  const read = readContent('fingerprint', content);
  return during('fingerprint', read.parts, () => {
    const tensors = [...liveTensors(read)];
    for (const [key, { array }] of tensors) checkUnused(`'${key}'`, array, false);
    const scratch = new Uint8Array(PIECE);
    const digests = tensors.map(([key, tensor]) => [key, tensor, digestOf(key, tensor, scratch)] as const);
    return fingerprintOf(digests);
  });
}

function digestOf(key: string, { dtype, array }: LiveTensor, scratch: Uint8Array): string {
  const digest = new Digest();
  const length = lengthOf(array);
  const bytes = length * WIDTHS[dtype];
  for (let at = 0; at < bytes; at += PIECE) {
    const piece = scratch.subarray(0, Math.min(PIECE, bytes - at));
    digest.update(viewPiece(key, array, length, at, piece));
  }
  return digest.hex();
}

/** The order of tensors does not matter, only their names. */
export function fingerprintOf(
  digests: readonly (readonly [key: string, tensor: Pick<LiveTensor, 'dtype' | 'shape'>, digest: string])[],
): string {
  const lines = digests.map(([key, { dtype, shape }, digest]) => lineOf(key, dtype, shape, digest));
  return digestOfText(lines.sort().join('\n'));
}

export function lineOf(key: string, dtype: string, shape: readonly number[], digest: string): string {
  return JSON.stringify([key, dtype, shape, digest]);
}
