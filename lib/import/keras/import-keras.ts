import { wrongType, wrongValue } from '../../arguments/errors.js';
import { checkOptions, checkRecord, checkString } from '../../arguments/options.js';
import { readAll, reading, type Source } from '../../checkpoint/files/medium.js';
import { damaged } from '../../checkpoint/format/damage.js';
import { inTurns, type Work } from '../../files/eventually.js';
import { promisedFiles } from '../../files/file-system.js';
import { readHdf5 } from '../hdf5/read-hdf5.js';
import { type Imported, importedOf } from '../imported.js';
import { readEntry, zipEntries } from '../zip.js';
import { foundIn } from './found.js';
import { parsedJson, savedByNames, savedByNumbers } from './saved.js';

/** What a file of Keras may not tell. */
export interface ImportKerasOptions {
  /** The class of the optimizer, for files that do not tell: `.weights.h5`. */
  optimizer?: string | null;
  /** Keys that take the place of those in the file's config, in Keras' words. */
  config?: Readonly<Record<string, unknown>> | null;
  /**
   * Names of the variables that are trained, in the order of `model.trainable_variables`, where the file does not tell.
   */
  trainable?: readonly string[] | null;
  /**
   * Milliseconds after which a file that is still being read is taken for a damaged one. Default: 30 s, and 1 s more
   * for 10 MB.
   */
  timeout?: number | null;
}

/** In milliseconds. */
const LEAST_TIMEOUT = 30_000;
const BYTES_PER_MS = 10_000;
const LONGEST_TIMEOUT = 2 ** 31 - 1;
/** Bytes of `config.json` at most. */
const LARGEST_CONFIG = 64 * 1024 * 1024;

/**
 * Reads what Keras has saved of a model and its optimizer: `.keras` (Keras 3 and 2), `.weights.h5`, or the older `.h5`.
 * Needs the package h5wasm.
 *
 * @example
 * const { optimizer, variables } = (await importKeras('model.keras')).resume();
 * @throws RangeError `ERR_ADAMAX_CHECKPOINT` for a file that is damaged or has no optimizer; `ERR_ADAMAX_CONFIG` for an
 *   optimizer that is not here
 * @throws Error `ERR_ADAMAX_FILE` for what the operating system refuses, `ERR_ADAMAX_DEPENDENCY` without h5wasm
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`; RangeError `ERR_ADAMAX_ARG_VALUE`
 */
export async function importKeras(path: string, options: ImportKerasOptions = {}): Promise<Imported> {
  checkString('path', path);
  const request = readOptions(options);
  const { hdf5, model, metadata } = await inTurns(reading(promisedFiles, path, readParts));
  const root = await readHdf5(path, hdf5, request.timeout ?? LEAST_TIMEOUT + hdf5.length / BYTES_PER_MS);
  const isOld = model === null && root.groups.has('model_weights');
  const saved = isOld ? savedByNames(path, root) : savedByNumbers(path, root, model, metadata, request.trainable ?? []);
  return importedOf(path, foundIn(path, saved, request));
}

function readOptions(options: ImportKerasOptions) {
  checkOptions('importKeras', options, ['optimizer', 'config', 'trainable', 'timeout']);
  const { optimizer = null, config = null, trainable = null, timeout = null } = options;
  if (optimizer !== null) checkString('optimizer', optimizer);
  if (config !== null) checkRecord('config', config);
  if (trainable !== null && !(Array.isArray(trainable) && trainable.every((name) => typeof name === 'string'))) {
    throw wrongType('trainable', 'a list of names', trainable);
  }
  const names = trainable === null ? null : [...trainable];
  if (names !== null && new Set(names).size < names.length) throw wrongValue('trainable', 'names, each once', names);
  if (timeout !== null && !(typeof timeout === 'number' && timeout > 0 && timeout <= LONGEST_TIMEOUT)) {
    throw wrongValue('timeout', `milliseconds, > 0 and at most ${LONGEST_TIMEOUT}`, timeout);
  }
  return { optimizer, config: { ...config }, trainable: names, timeout };
}

/** What a file is made of: archives have more than one part. */
function* readParts(source: Source): Work<{ hdf5: Uint8Array; model: object | null; metadata: object | null }> {
  const mark = new Uint8Array(Math.min(8, source.size));
  yield* readAll(source, mark, 0);
  if (Buffer.from(mark).toString('latin1') === '\x89HDF\r\n\x1a\n') {
    const hdf5 = new Uint8Array(source.size);
    yield* readAll(source, hdf5, 0);
    return { hdf5, model: null, metadata: null };
  }
  if (mark[0] !== 0x50 || mark[1] !== 0x4b) throw damaged(source.name, 'the file must be one of Keras, as', mark);
  const entries = yield* zipEntries(source);
  function* content(name: string, most: number): Work<Uint8Array> {
    const entry = entries.get(name);
    if (entry === undefined) throw damaged(source.name, `'${name}' must be in the archive, as`, [...entries.keys()]);
    return yield* readEntry(source, entry, most);
  }
  const text = new TextDecoder();
  const model = parsedJson(source.name, 'config.json', text.decode(yield* content('config.json', LARGEST_CONFIG)));
  const about = parsedJson(source.name, 'metadata.json', text.decode(yield* content('metadata.json', LARGEST_CONFIG)));
  const hdf5 = yield* content('model.weights.h5', Number.MAX_SAFE_INTEGER);
  return { hdf5, model, metadata: about };
}
