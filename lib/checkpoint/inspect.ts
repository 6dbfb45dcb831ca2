import { wrongType } from '../arguments/errors.js';
import { pathHint } from '../arguments/hints.js';
import { checkString } from '../arguments/options.js';
import { atOnce, inTurns, type Work } from '../files/eventually.js';
import { atOnceFiles, promisedFiles } from '../files/file-system.js';
import { types } from '../memory/node-util.js';
import type { Json } from './content/json.js';
import { reading, type Source, sourceOfBytes } from './files/medium.js';
import type { FileDtype } from './format/dtype.js';
import type { Metadata } from './format/header.js';
import type { SavedOptimizer } from './metadata.js';
import { openState, verifyState } from './read.js';

/** What a file says of itself. */
export interface Inspected {
  /** Null where the file does not tell, as those of others. */
  readonly step: number | null;
  /** Configs by name; the only one under the empty one. */
  readonly optimizers: Readonly<Record<string, SavedOptimizer>>;
  /**
   * Options that were functions when they were saved, by the names of `optimizers`: the config has the number that each
   * gave last. Only those optimizers that had some.
   */
  readonly functions: Readonly<Record<string, readonly string[]>>;
  /** What was saved as `extra`, but for its arrays, which are among the tensors. */
  readonly extra: Readonly<Record<string, Json>>;
  /** All arrays, in the order in which they lie in the file. */
  readonly tensors: readonly {
    /** The name, such as `variables/w` or `slots/w/m`. */
    readonly key: string;
    /** What safetensors calls the kind of elements. */
    readonly dtype: FileDtype;
    /** Lengths of the dimensions, outermost first. */
    readonly shape: readonly number[];
  }[];
  /** As `fingerprint` gave it for the state that was saved. */
  readonly fingerprint: string | null;
  /** All of it, as it is in the file. */
  readonly metadata: Metadata;
}

/**
 * What is in a file, by its header alone: its tensors are not read.
 * @param from - the path of a file, or its bytes
 * @throws RangeError `ERR_ADAMAX_CHECKPOINT`, Error `ERR_ADAMAX_FILE`
 */
export function inspect(from: string | Uint8Array): Inspected {
  if (types.isUint8Array(from)) return atOnce(inspected(sourceOfBytes(from)));
  checkString('path', from);
  return atOnce(reading(atOnceFiles, from, inspected));
}

/**
 * The same off the event loop.
 * @param path - of a file
 * @returns a promise that rejects with what `inspect` throws
 */
export async function inspectAsync(path: string): Promise<Inspected> {
  checkString('path', path);
  return await inTurns(reading(promisedFiles, path, inspected));
}

/**
 * Reads all of a file to see whether it is what was written.
 * @returns whether there is a digest to compare it with, which files of others do not have
 * @throws RangeError `ERR_ADAMAX_CHECKPOINT` for one that is damaged, Error `ERR_ADAMAX_FILE`
 */
export function verify(from: string | Uint8Array): boolean {
  if (types.isUint8Array(from)) return atOnce(verified(sourceOfBytes(from)));
  if (typeof from !== 'string') throw wrongType('path', `a string or a Uint8Array${pathHint(from)}`, from);
  return atOnce(reading(atOnceFiles, from, verified));
}

function* inspected(source: Source): Work<Inspected> {
  const { header, said } = yield* openState(source);
  const { step, extra, fingerprint } = said;
  const [optimizers, functions] = [Object.fromEntries(said.optimizers), Object.fromEntries(said.functions)];
  const tensors = header.tensors.map(({ key, dtype, shape }) => ({ key, dtype, shape }));
  return { step, optimizers, functions, extra, tensors, fingerprint, metadata: header.metadata };
}

function* verified(source: Source): Work<boolean> {
  const state = yield* openState(source);
  yield* verifyState(state);
  return state.said.hash !== null;
}
