import { rangeError } from '../arguments/errors.js';
import { checkOptions, checkString } from '../arguments/options.js';
import { atOnce, inTurns, type Work } from '../files/eventually.js';
import type { Target } from '../files/target.js';
import { PICTURE, type PictureOptions, pictureOf } from './content/picture.js';
import { targetOfBytes } from './files/medium.js';
import { STAGE } from './pieces.js';
import { type Placing, type SaveOptions, saveAtOnce, saveLater } from './saving.js';
import { SharedPieces } from './shared-pieces.js';
import { contentOf, heard, shardedReplicationOf, together } from './together.js';
import { during } from './turns.js';
import { layOut, writeState } from './write.js';

/**
 * Saves a state in one file, in the format of safetensors: `iterations`, `slots/<variable>/<slot>`,
 * `variables/<variable>`, `extra/<name>`, and in the metadata the optimizer's config, the step and a digest of
 * everything. The new file takes the place of the old one when it is whole and on the disk: whatever fails, the old one
 * stays.
 *
 * Replicas of a strategy all call it, the first of them writes the file, and the call returns in all of them when it is
 * there. The path and the `extra` of the first count.
 *
 * @example
 * save('training.safetensors', { optimizer, extra: { epoch } });
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`, `ERR_ADAMAX_DETACHED`, `ERR_ADAMAX_RESIZABLE`,
 *   `ERR_ADAMAX_BUSY`
 * @throws RangeError `ERR_ADAMAX_DUPLICATE`, `ERR_ADAMAX_ARG_VALUE`; `ERR_ADAMAX_OVERLAP` where a step off the event
 *   loop writes what is to be saved
 * @throws Error `ERR_ADAMAX_FILE` for what the operating system refuses; `ERR_ADAMAX_REPLICA` in all replicas where one
 *   of them has failed, there with its error as the `cause`
 */
export function save(path: string, options: SaveOptions): void {
  saveAtOnce('save', options, () => placingAt(path));
}

/**
 * The same off the event loop, but for the copying of a piece of memory now and then. What is saved is the state at the
 * moment of the call: the training may go on, and a step that is about to write what has not been saved copies that
 * first. Whoever writes to an array by hand meanwhile saves a mixture.
 *
 * Where there are replicas, steps of all optimizers of the strategy that are asked for meanwhile wait until the file is
 * there, and what blocks is refused.
 * @returns a promise that rejects with what `save` throws
 */
export async function saveAsync(path: string, options: SaveOptions): Promise<void> {
  await inTurns(saveLater('saveAsync', options, () => placingAt(path)));
}

function placingAt(path: string): Placing {
  checkString('path', path);
  return function* (write) {
    yield* write(path);
    return '';
  };
}

/**
 * The bytes of the file that `save` would write, for those who keep them elsewhere. Replicas whose state is sharded all
 * call it, and each gets all of the bytes.
 * @throws as `save`; RangeError `ERR_ADAMAX_MEMORY`
 */
export function toBytes(options: PictureOptions): Uint8Array {
  const plan = atOnce(
    heard(
      'toBytes',
      options,
      true,
      () => {
        checkOptions('toBytes', options, PICTURE);
        const picture = pictureOf('toBytes', options);
        const layout = layOut(picture);
        const { parts } = picture.content;
        return { parts, layout, bytes: newBytes(layout.size), replication: shardedReplicationOf(parts) };
      },
      ({ isSharded }) => isSharded,
    ),
  );
  const { parts, layout, bytes, replication } = plan;
  const target = targetOfBytes(bytes);
  during('toBytes', parts, () => {
    if (replication === null) atOnce(writeState(target, layout, null, { held: null, shared: null }));
    else {
      const content = contentOf(layout.tensors);
      atOnce(together(replication, 'toBytes', content, true, () => writeShared(target, layout)));
    }
  });
  return bytes;
}

function* writeShared(target: Target, layout: ReturnType<typeof layOut>): Work<string> {
  const shared = new SharedPieces(layout.tensors, STAGE, true, null);
  try {
    yield* writeState(target, layout, null, { held: null, shared });
    yield* shared.settle('toBytes', null);
  } catch (error) {
    yield* shared.settle('toBytes', { error });
    throw error;
  }
  return '';
}

function newBytes(size: number): Uint8Array {
  try {
    return new Uint8Array(size);
  } catch {
    throw rangeError('ERR_ADAMAX_MEMORY', `bytes must fit in memory: received ${size} of them`);
  }
}
