import { checkUnused } from '../arguments/arrays.js';
import { checkOptions } from '../arguments/options.js';
import { Digest, digestOfText } from '../backend/digest.js';
import { atOnce, type Work } from '../files/eventually.js';
import { lengthOf } from '../memory/typed-arrays.js';
import { CONTENT, type Content, readContent } from './content/content.js';
import type { LiveTensor } from './content/extra.js';
import { liveTensors } from './content/picture.js';
import { WIDTHS } from './format/dtype.js';
import { viewPiece } from './format/piece.js';
import { SharedPieces, type SharedTensor } from './shared-pieces.js';
import { contentOf, heard, shardedReplicationOf, together } from './together.js';
import { during } from './turns.js';

/** Bytes that are looked at together: they stay in the second-level cache. */
const PIECE = 256 * 1024;

interface Named extends SharedTensor, LiveTensor {
  readonly key: string;
}

/**
 * 32 hexadecimal digits that stand for parameters, slots and counters: equal on every machine, implementation and
 * number of threads for equal bits, and else different, but by an accident of 1 in 2⁶⁴. It is no defence against
 * forgery. The one of a saved state is in its metadata.
 *
 * Replicas whose state is sharded all call it, and each gets the one of the whole. Without shards nothing is exchanged.
 *
 * @example
 * console.log(fingerprint({ optimizer }));
 * @throws as `save`
 */
export function fingerprint(content: Content): string {
  const plan = atOnce(
    heard(
      'fingerprint',
      content,
      true,
      () => {
        checkOptions('fingerprint', content, CONTENT);
        const { parts, ...read } = readContent('fingerprint', content);
        const tensors = [...liveTensors({ parts, ...read })].map(([key, tensor]): Named => {
          checkUnused(`'${key}'`, tensor.array, false);
          return { ...tensor, key, canonical: key, elements: lengthOf(tensor.array) };
        });
        return { parts, tensors, replication: shardedReplicationOf(parts) };
      },
      ({ isSharded }) => isSharded,
    ),
  );
  const { parts, tensors, replication } = plan;
  return during('fingerprint', parts, () => {
    if (replication === null) return atOnce(digesting(tensors, null));
    let own = '';
    const body = function* () {
      own = yield* digestingShared(tensors);
      return '';
    };
    atOnce(together(replication, 'fingerprint', contentOf(tensors), true, body));
    return own;
  });
}

function* digestingShared(tensors: readonly Named[]): Work<string> {
  const shared = new SharedPieces(tensors, PIECE, true, null);
  try {
    const own = yield* digesting(tensors, shared);
    yield* shared.settle('fingerprint', null);
    return own;
  } catch (error) {
    yield* shared.settle('fingerprint', { error });
    throw error;
  }
}

function* digesting(tensors: readonly Named[], shared: SharedPieces | null): Work<string> {
  const scratch = new Uint8Array(PIECE);
  const digests: [string, LiveTensor, string][] = [];
  for (const tensor of tensors) digests.push([tensor.key, tensor, yield* digestOf(tensor, scratch, shared)]);
  return fingerprintOf(digests);
}

function* digestOf(tensor: Named, scratch: Uint8Array, shared: SharedPieces | null): Work<string> {
  const { key, dtype, array, elements, shard } = tensor;
  const digest = new Digest();
  const bytes = elements * WIDTHS[dtype];
  for (let at = 0; at < bytes; at += PIECE) {
    const piece = scratch.subarray(0, Math.min(PIECE, bytes - at));
    if (shard === null || shared === null) digest.update(viewPiece(key, array, elements, at, piece));
    else {
      yield* shared.fill(piece);
      digest.update(piece);
    }
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
