import { wrongType } from '../../arguments/errors.js';
import { checkOptions, checkRecord, checkString } from '../../arguments/options.js';
import { reading } from '../../checkpoint/files/medium.js';
import { inTurns } from '../../files/eventually.js';
import { promisedFiles } from '../../files/file-system.js';
import { type Imported, importedOf } from '../imported.js';
import { foundIn } from './found.js';
import { torchFile } from './tensors.js';

/** What a file of PyTorch may not tell. */
export interface ImportTorchOptions {
  /** A file with the model's `state_dict`, where it is not in the same file under `model.…`. */
  model?: string | null;
  /** The class of the optimizer, where the file does not tell. */
  optimizer?: string | null;
  /** Keys that take the place of what comes of the file, in the words of Keras. */
  config?: Readonly<Record<string, unknown>> | null;
  /** The position of the group of parameters to import, where they have other options than the others. */
  group?: number | null;
  /** Names of the optimizer's parameters, in its order, where the file does not tell. */
  names?: readonly string[] | null;
}

/**
 * Reads the `state_dict` of an optimizer of PyTorch, and of its model, from a safetensors file; docs/importing.md has
 * the lines of Python that write one.
 *
 * @example
 * const { optimizer, variables } = (await importTorch('training.safetensors')).resume();
 * @throws as `importKeras`, but for h5wasm, which is not needed
 */
export async function importTorch(path: string, options: ImportTorchOptions = {}): Promise<Imported> {
  checkString('path', path);
  checkOptions('importTorch', options, ['model', 'optimizer', 'config', 'group', 'names']);
  const { model = null, optimizer = null, config = null, group = null, names = null } = options;
  if (model !== null) checkString('model', model);
  if (optimizer !== null) checkString('optimizer', optimizer);
  if (config !== null) checkRecord('config', config);
  if (group !== null && !(Number.isSafeInteger(group) && group >= 0)) throw wrongType('group', 'a position', group);
  if (names !== null && !(Array.isArray(names) && names.every((name) => typeof name === 'string'))) {
    throw wrongType('names', 'a list of names', names);
  }
  const request = { optimizer, config: { ...config }, group, names: names === null ? null : [...names] };
  const file = await inTurns(reading(promisedFiles, path, torchFile));
  const other = model === null ? null : await inTurns(reading(promisedFiles, model, torchFile));
  return importedOf(path, foundIn(path, file, other?.tensors ?? null, request));
}
