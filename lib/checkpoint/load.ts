import { checkAttached } from '../arguments/arrays.js';
import { fileError, isCoded, rangeError, typeError, wrongType } from '../arguments/errors.js';
import { checkBoolean, checkCallable, checkOneOf, checkOptions, checkString } from '../arguments/options.js';
import { atOnce, type Work } from '../files/eventually.js';
import { atOnceFiles, type FileSystem, promisedFiles } from '../files/file-system.js';
import { types } from '../memory/node-util.js';
import type { CustomObjects } from '../optimizers/config.js';
import { statesOf, stepperOf } from '../optimizers/optimizer-state.js';
import { countable } from '../state/step-counter.js';
import type { Creation } from '../state/variable-states.js';
import type { WeightsReport } from '../state/weights-report.js';
import { noteWrites } from '../variables/variable.js';
import {
  CONTENT,
  type Content,
  type KeyOptions,
  mappedKeys,
  type Part,
  type ReadContent,
  readContent,
} from './content/content.js';
import { EXTRA, type Extra, type ReadExtra, readExtra } from './content/extra.js';
import { isRounded, putPiece } from './conversion.js';
import { readAll, reading, type Source, sourceOfBytes } from './files/medium.js';
import { Counting, verifyInto, type Write, writeAll, writesOf } from './fill.js';
import { damaged } from './format/damage.js';
import { type Changes, type Restoration, restorationOf } from './hyperparameters.js';
import { checkFits, type Match, type Matches, match, type Wish } from './matching.js';
import { checkMemoryOf, type Place, placesOf } from './places.js';
import { type OpenState, openState } from './read.js';
import { during, workAtOnce, workInTurns } from './turns.js';
import type { Progress } from './write.js';

/** What `load` and `fromBytes` write, and what they do where a file has less or more. */
export interface LoadOptions extends Content, KeyOptions {
  /**
   * Typed arrays and Variables that tensors of `extra` are read into; JSON among them is passed over, so that it may be
   * the object that was saved. What is not here is read into new arrays. Null: it stays in the file.
   */
  extra?: Extra | null;
  /**
   * Whether to load what fits, and leave the rest as it is. Default: false, all must fit. Of an optimizer of another class
   * its counter fits.
   */
  partial?: boolean;
  /**
   * Whether to put the learning rate and other hyperparameters back to what they were. Default: 'restore', which refuses a
   * number where there was a function, of which a file keeps no code.
   */
  hyperparameters?: 'restore' | 'keep';
  /** Classes of schedules by name, as for `fromConfig`. */
  customObjects?: CustomObjects | null;
  /**
   * Whether all of the file is compared with its digest before anything is written. Default: true. What goes to memory
   * that was there before is then read twice. Without, only what the header says is checked.
   */
  verify?: boolean;
  /** Told how many bytes are read, of how many. Those that are read twice count twice. */
  progress?: Progress | null;
}

/** What became of a saved state, by the names of tensors. */
export interface Loaded extends WeightsReport {
  /** Null where the file does not tell. */
  readonly step: number | null;
  /**
   * What was saved as `extra`: JSON; the typed arrays and Variables that were handed over, with what was read into them;
   * and new typed arrays, flat, for tensors that were not.
   */
  // biome-ignore lint/suspicious/noExplicitAny: whoever saved it knows what it is
  readonly extra: Record<string, any>;
  /** Hyperparameters that were not as saved and have been put back, by optimizer (`''` for the only one) and option. */
  readonly hyperparameters: Readonly<Record<string, Changes>>;
  /**
   * What stays in the file, since nobody asked for it: slots where only variables are loaded, say, or of an optimizer of
   * another class, and tensors of `extra` that JavaScript has no array for.
   */
  readonly unread: readonly string[];
  /**
   * Slots of variables that had none when the state was saved, though they are in the file: they have been dropped, and a
   * step makes new ones, as it did then. Not with `partial`.
   */
  readonly dropped: readonly string[];
  /** Slots that the file has as float32, and that have been rounded to the bfloat16 that they are here. */
  readonly rounded: readonly string[];
}

/**
 * Loads what `save` has saved, or any file of safetensors that fits: parameters, slots and counters, into the very
 * arrays that are there. Slots that are not there yet are made. Nothing else is written before the whole file is
 * checked.
 *
 * @example
 * const { extra } = load('training.safetensors', { optimizer, variables: model });
 * @throws RangeError `ERR_ADAMAX_CHECKPOINT` for a file that is damaged, of a later version or of another optimizer, or
 *   does not fit: then with a `report`. Nothing has changed
 * @throws RangeError `ERR_ADAMAX_OVERLAP` where two tensors would go to the same memory
 * @throws Error `ERR_ADAMAX_FILE` for what the operating system refuses
 * @throws any of these with "half written" in the message where it strikes in the second reading, or where a `progress`
 *   takes memory away then: the only case in which numbers have changed
 * @throws as `save`
 */
export function load(path: string, options: LoadOptions): Loaded {
  checkString('path', path);
  const request = readRequest('load', options);
  return workAtOnce('load', request.content.parts, () => loading(atOnceFiles, path, request));
}

/**
 * The same off the event loop, but for the copying of a piece of memory now and then. Until the promise settles the
 * optimizers refuse steps; what the memory holds meanwhile is undefined.
 * @returns a promise that rejects with what `load` throws
 */
export async function loadAsync(path: string, options: LoadOptions): Promise<Loaded> {
  checkString('path', path);
  const request = readRequest('loadAsync', options);
  const memory = request.places.flatMap(({ canonical, array }) => {
    return array === null ? [] : [{ owner: `'${canonical}'`, array }];
  });
  return await workInTurns('loadAsync', request.content.parts, memory, () => loading(promisedFiles, path, request));
}

/** Loads what `toBytes` gave, or the bytes of a file. @throws as `load` */
export function fromBytes(bytes: Uint8Array, options: LoadOptions): Loaded {
  if (!types.isUint8Array(bytes)) throw wrongType('bytes', 'a Uint8Array', bytes);
  const request = readRequest('fromBytes', options);
  return during('fromBytes', request.content.parts, () => atOnce(loadFrom(sourceOfBytes(bytes), request)));
}

/** What the caller wants, read once. */
interface Request extends Wish {
  readonly content: ReadContent;
  readonly places: readonly Place[];
  /** What the places are called in the file. */
  readonly keys: readonly string[];
  readonly extras: ReadExtra;
  readonly customObjects: CustomObjects | null;
  readonly verify: boolean;
  readonly progress: Progress | null;
}

const OPTIONS = [...CONTENT, 'extra', 'keys', 'partial', 'hyperparameters', 'customObjects', 'verify', 'progress'];

export function readRequest(method: string, options: LoadOptions): Request {
  checkOptions(method, options, OPTIONS);
  const { keys = null, partial = false, hyperparameters = 'restore', customObjects = null, verify = true } = options;
  const { progress = null, extra } = options;
  if (keys !== null) checkCallable('keys', keys);
  checkBoolean('partial', partial);
  checkBoolean('verify', verify);
  checkOneOf('hyperparameters', hyperparameters, ['restore', 'keep']);
  if (progress !== null) checkCallable('progress', progress);
  const extras = readExtra(extra);
  const content = readContent(method, options);
  // The function is code of the caller: it takes no step, and what it gives variables is looked up afterwards.
  const mapped = during(method, content.parts, () => {
    return mappedKeys(
      keys,
      placesOf(content, extras).map(({ canonical }) => canonical),
    );
  });
  const places = placesOf(content, extras);
  checkMemoryOf(places);
  const restores = hyperparameters === 'restore';
  const takesExtra = extra !== null;
  return { content, places, keys: mapped, extras, takesExtra, partial, restores, customObjects, verify, progress };
}

function* loading(files: FileSystem, path: string, request: Request): Work<Loaded> {
  return yield* reading(files, path, (source) => loadFrom(source, request));
}

function* loadFrom(source: Source, request: Request): Work<Loaded> {
  const state = yield* openState(source);
  const { content, places, keys, extras, partial, verify } = request;
  const matches = match(state, content, places, keys, request);
  if (!partial) checkFits(source.name, matches, content);
  const restorations = restorationsOf(state, request, matches);
  const isVerified = verify && state.said.hash !== null;
  const creations = new Map<Part, Creation>();
  const applied: Restoration[] = [];
  let writes: readonly Write[];
  let report: () => void;
  let isHalfWritten = false;
  try {
    writes = writesOf(matches, creations);
    const again = writes.filter(({ isNew }) => !isNew || !isVerified);
    const progress = new Counting(request.progress, state, isVerified ? again : []);
    if (isVerified) yield* verifyInto(state, writes, progress);
    if (isVerified) yield* checkUnchanged(source);
    yield* checkCounters(state, matches.matches);
    for (const { restoration } of restorations) {
      restoration.apply();
      applied.push(restoration);
    }
    for (const { canonical, array } of writes) checkAttached(`'${canonical}'`, array);
    isHalfWritten = again.some(({ isNew }) => !isNew);
    report = yield* writeAll(state, again, progress);
    yield* checkUnchanged(source);
  } catch (error) {
    noteWrites();
    for (const creation of creations.values()) creation.undo();
    for (const restoration of applied.reverse()) restoration.undo();
    throw isHalfWritten ? halfWritten(source.name, error) : error;
  }
  noteWrites();
  for (const creation of creations.values()) creation.keep();
  for (const [{ optimizer }, variables] of matches.late.dropped) {
    statesOf(optimizer).undo([...variables]);
    stepperOf(optimizer).forget();
  }
  report();
  return loadedOf(state, matches, restorations, extraOf(state, writes, extras));
}

/** Checks that nobody has written to a file since it was opened. @throws RangeError `ERR_ADAMAX_CHECKPOINT` */
function* checkUnchanged(source: Source): Work<void> {
  if (yield* source.isAsItWas()) return;
  const expected = 'the bytes must stay as they are while they are loaded, as those';
  throw damaged(source.name, expected, 'another size or date');
}

/** The error for what fails when there is no way back, since numbers that were there have been written over. */
function halfWritten(name: string, error: unknown): Error {
  const half = 'what is loaded is half written now, and to be loaded again';
  if (!isCoded(error)) return fileError(`${name} must be a file that can be read to its end (${half})`, error);
  const make = error instanceof TypeError ? typeError : rangeError;
  return Object.assign(make(error.code, `${half}: ${error.message}`), { cause: error });
}

function restorationsOf(
  { source, said }: OpenState,
  { content, restores, customObjects }: Request,
  { others }: Matches,
): { part: Part; restoration: Restoration }[] {
  if (!restores) return [];
  return content.parts.flatMap((part) => {
    const saved = said.optimizers.get(part.name ?? '');
    if (saved === undefined || others.has(part)) return [];
    const functions = said.functions.get(part.name ?? '') ?? [];
    return [{ part, restoration: restorationOf(source.name, part.optimizer, saved, functions, customObjects) }];
  });
}

/** A count that no step can follow is refused, as `setWeights` refuses it. */
function* checkCounters({ source, header }: OpenState, matches: readonly Match[]): Work<void> {
  for (const { place, tensor } of matches) {
    if (!place.isCounter) continue;
    const count = new BigInt64Array(1);
    const bytes = new Uint8Array(tensor.end - tensor.begin);
    yield* readAll(source, bytes, header.length + tensor.begin);
    putPiece(tensor.key, tensor.dtype, bytes, 0, { dtype: 'I64', array: count, length: 1 });
    if (!countable.contains(Number(count[0]))) {
      throw damaged(source.name, `'${tensor.key}' must be ${countable.text}, as that`, count[0]);
    }
  }
}

/** What the file has as `extra`: its JSON, and what its tensors have been read into. */
function extraOf({ said }: OpenState, writes: readonly Write[], { holders }: ReadExtra): Loaded['extra'] {
  const tensors = writes
    .filter(({ canonical }) => canonical.startsWith(EXTRA))
    .map(({ canonical, array }) => {
      const name = canonical.slice(EXTRA.length);
      return [name, holders.get(name) ?? array] as const;
    });
  return Object.fromEntries([...Object.entries<unknown>(said.extra), ...tensors]);
}

function loadedOf(
  { said }: OpenState,
  { matches, found, missing, unexpected, misfits, unread, dropped }: Matches,
  restorations: readonly { part: Part; restoration: Restoration }[],
  extra: Loaded['extra'],
): Loaded {
  const changes = restorations.map(({ part, restoration }) => [part.name ?? '', restoration.changes] as const);
  return {
    step: said.step,
    extra,
    hyperparameters: Object.fromEntries(changes.filter(([, change]) => Object.keys(change).length > 0)),
    loaded: [...matches.map(({ place }) => place.canonical), ...found.map(({ canonical }) => canonical)],
    missing,
    unexpected,
    misfits,
    unread,
    dropped,
    rounded: matches
      .filter(({ place, tensor }) => isRounded(tensor.dtype, place.dtype))
      .map(({ place }) => place.canonical),
  };
}
