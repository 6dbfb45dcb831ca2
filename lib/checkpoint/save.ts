import { rangeError } from '../arguments/errors.js';
import { checkCallable, checkOptions, checkString } from '../arguments/options.js';
import { PICTURE, type Picture, type PictureOptions, pictureOf } from './content/picture.js';
import { atOnce, inTurns } from './files/eventually.js';
import { atOnceFiles, promisedFiles } from './files/file-system.js';
import { targetOfBytes } from './files/medium.js';
import { replacing } from './files/replace.js';
import { HeldMemory } from './held-memory.js';
import { checkTurns, during, workAtOnce } from './turns.js';
import { layOut, type Progress, writeState } from './write.js';

export interface SaveOptions extends PictureOptions {
  /** Told how many bytes are written, of how many. */
  progress?: Progress | null;
}

/**
 * Saves a state in one file, in the format of safetensors: `iterations`, `slots/<variable>/<slot>`,
 * `variables/<variable>`, `extra/<name>`, and in the metadata the optimizer's config, the step and a digest of
 * everything. The new file takes the place of the old one when it is whole and on the disk: whatever fails, the old one
 * stays.
 *
 * @example
 * save('training.safetensors', { optimizer, extra: { epoch } });
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`, `ERR_ADAMAX_DETACHED`, `ERR_ADAMAX_RESIZABLE`,
 *   `ERR_ADAMAX_BUSY`
 * @throws RangeError `ERR_ADAMAX_DUPLICATE`, `ERR_ADAMAX_ARG_VALUE`; `ERR_ADAMAX_OVERLAP` where a step off the event
 *   loop writes what is to be saved
 * @throws Error `ERR_ADAMAX_FILE` for what the operating system refuses
 */
export function save(path: string, options: SaveOptions): void {
  checkString('path', path);
  const { picture, progress } = toSave('save', options);
  workAtOnce('save', picture.content.parts, () => {
    const layout = layOut(picture);
    return replacing(atOnceFiles, path, (target) => writeState(target, layout, progress, null));
  });
}

/**
 * The same off the event loop, but for the copying of a piece of memory now and then. What is saved is the state at the
 * moment of the call: the training may go on, and a step that is about to write what has not been saved copies that
 * first. Whoever writes to an array by hand meanwhile saves a mixture.
 * @returns a promise that rejects with what `save` throws
 */
export async function saveAsync(path: string, options: SaveOptions): Promise<void> {
  checkString('path', path);
  const { picture, progress } = toSave('saveAsync', options);
  checkTurns('saveAsync', picture.content.parts);
  const layout = layOut(picture);
  const held = new HeldMemory(layout.tensors);
  held.begin();
  try {
    await inTurns(replacing(promisedFiles, path, (target) => writeState(target, layout, progress, held)));
  } finally {
    held.end();
  }
}

/**
 * The bytes of the file that `save` would write, for those who keep them elsewhere.
 * @throws as `save`; RangeError `ERR_ADAMAX_MEMORY`
 */
export function toBytes(options: PictureOptions): Uint8Array {
  checkOptions('toBytes', options, PICTURE);
  const picture = pictureOf('toBytes', options);
  return during('toBytes', picture.content.parts, () => {
    const layout = layOut(picture);
    const bytes = newBytes(layout.size);
    atOnce(writeState(targetOfBytes(bytes), layout, null, null));
    return bytes;
  });
}

function toSave(method: string, options: SaveOptions): { picture: Picture; progress: Progress | null } {
  checkOptions(method, options, [...PICTURE, 'progress']);
  const { progress = null } = options;
  if (progress !== null) checkCallable('progress', progress);
  return { picture: pictureOf(method, options), progress };
}

function newBytes(size: number): Uint8Array {
  try {
    return new Uint8Array(size);
  } catch {
    throw rangeError('ERR_ADAMAX_MEMORY', `bytes must fit in memory: received ${size} of them`);
  }
}
