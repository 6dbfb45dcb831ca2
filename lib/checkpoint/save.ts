import { rangeError } from '../arguments/errors.js';
import { checkCallable, checkString } from '../arguments/options.js';
import { type Picture, type PictureOptions, pictureOf } from './content/picture.js';
import type { Work } from './files/eventually.js';
import { atOnce } from './files/eventually.js';
import type { FileSystem } from './files/file-system.js';
import { atOnceFiles, promisedFiles } from './files/file-system.js';
import { targetOfBytes } from './files/medium.js';
import { replacing } from './files/replace.js';
import { during, workAtOnce, workInTurns } from './turns.js';
import { layOut, type Progress, writeState } from './write.js';

export interface SaveOptions extends PictureOptions {
  /** Told how many bytes are written, of how many. */
  progress?: Progress | null;
}

/**
 * Saves a state in one file, in the format of safetensors: `iterations`, `slots/<variable>/<slot>`,
 * `variables/<variable>`, `extra/<name>`, and in the metadata the optimizer's config, the step and a digest of everything.
 * The new file takes the place of the old one when it is whole and on the disk: whatever fails, the old one stays.
 *
 * @example
 * save('training.safetensors', { optimizer, extra: { epoch } });
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`, `ERR_ADAMAX_DETACHED`, `ERR_ADAMAX_RESIZABLE`, `ERR_ADAMAX_BUSY`
 * @throws RangeError `ERR_ADAMAX_DUPLICATE`, `ERR_ADAMAX_ARG_VALUE`; `ERR_ADAMAX_OVERLAP` where a step off the event loop
 *   writes what is to be saved
 * @throws Error `ERR_ADAMAX_FILE` for what the operating system refuses
 */
export function save(path: string, options: SaveOptions): void {
  checkString('path', path);
  const { picture, progress } = toSave('save', options);
  workAtOnce('save', picture.content.parts, () => saving(atOnceFiles, path, picture, progress));
}

/**
 * The same off the event loop, but for the copying of a piece of memory now and then. Until the promise settles the optimizers
 * refuse steps, so that what is saved is of one moment, and assigning to a variable that is saved is refused as well. Whoever
 * writes to its array by hand meanwhile saves a mixture.
 * @returns a promise that rejects with what `save` throws
 */
export async function saveAsync(path: string, options: SaveOptions): Promise<void> {
  checkString('path', path);
  const { picture, progress } = toSave('saveAsync', options);
  const memory = picture.tensors.map(({ canonical, array }) => ({ owner: `'${canonical}'`, array }));
  await workInTurns('saveAsync', picture.content.parts, memory, false, () => {
    return saving(promisedFiles, path, picture, progress);
  });
}

/**
 * The bytes of the file that `save` would write, for those who keep them elsewhere.
 * @throws as `save`; RangeError `ERR_ADAMAX_MEMORY`
 */
export function toBytes(options: PictureOptions): Uint8Array {
  const picture = pictureOf('toBytes', options, []);
  return during('toBytes', picture.content.parts, () => {
    const layout = layOut(picture);
    const bytes = newBytes(layout.size);
    atOnce(writeState(targetOfBytes(bytes), layout, null));
    return bytes;
  });
}

function toSave(method: string, options: SaveOptions): { picture: Picture; progress: Progress | null } {
  const picture = pictureOf(method, options, ['progress']);
  const { progress = null } = options;
  if (progress !== null) checkCallable('progress', progress);
  return { picture, progress };
}

function* saving(files: FileSystem, path: string, picture: Picture, progress: Progress | null): Work<void> {
  const layout = layOut(picture);
  yield* replacing(files, path, (target) => writeState(target, layout, progress));
}

function newBytes(size: number): Uint8Array {
  try {
    return new Uint8Array(size);
  } catch {
    throw rangeError('ERR_ADAMAX_MEMORY', `bytes must fit in memory: received ${size} of them`);
  }
}
