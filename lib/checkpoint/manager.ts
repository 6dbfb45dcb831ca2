import { mark } from '../arguments/copies.js';
import { fileError, isCoded, rangeError, wrongValue } from '../arguments/errors.js';
import { INSPECT, type Inspect, inspected } from '../arguments/inspection.js';
import { closeMembers, guardMembers, refuseWrites } from '../arguments/members.js';
import { checkOptions, checkRecord, checkString } from '../arguments/options.js';
import { checkNumber, type Domain } from '../arguments/ranges.js';
import { atOnce, type Eventually, inTurns, type Work, wait } from '../files/eventually.js';
import { readParts } from './content/content.js';
import { checkContents, checkKinds } from './early-checks.js';
import { NumberedFiles } from './files/numbered.js';
import { type Loaded, type LoadOptions, load, loadAsync, readRequest } from './load.js';
import { stepOfParts } from './metadata.js';
import { type Placing, SAVE, type SaveOptions, saveAtOnce, saveLater } from './saving.js';
import { heard } from './together.js';

/** What a `CheckpointManager` saves where, and how often. */
export interface CheckpointManagerOptions {
  /** Where the files are. It is made by the first save. */
  folder: string;
  /** How many files stay: the newest. Null: all. Default: 3. */
  keep?: number | null;
  /** How many steps lie between two files that `saveIfDue` saves. Default: 1. */
  every?: number;
  /** What the names of files begin with. Others in the folder are passed over. Default: 'checkpoint'. */
  prefix?: string;
}

/** A file that a manager has saved, by its name alone. */
export interface SavedFile {
  /** The path of the file, in the folder as it was given. */
  readonly path: string;
  /** Null where there was no optimizer to count steps. */
  readonly step: number | null;
}

const OPTIONS = ['folder', 'keep', 'every', 'prefix'];
const isCount = (x: number) => Number.isSafeInteger(x) && x >= 1;
const count: Domain = { text: 'a whole number ≥ 1', contains: isCount };
const countOrAll: Domain = { text: 'a whole number ≥ 1, or null for all', contains: isCount };

/**
 * Saves a training again and again in one folder and keeps the newest files, after `tf.train.CheckpointManager`
 * (https://www.tensorflow.org/versions/r2.2/api_docs/python/tf/train/CheckpointManager). Each file has a number above
 * all that are there, also where several processes of one machine save into the folder, and an old one is removed when
 * the new one is whole and on the disk.
 *
 * @example
 * const manager = new CheckpointManager({ folder: 'checkpoints', every: 1000 });
 * manager.load({ optimizer, variables: model });
 * for (const batch of batches) {
 *   train(batch);
 *   manager.saveIfDue({ optimizer, variables: model });
 * }
 */
export class CheckpointManager {
  readonly #folder: string;
  readonly #keep: number | null;
  readonly #every: number;
  readonly #prefix: string;
  readonly #files: NumberedFiles;
  /** The step of the last file that was saved or loaded. */
  #last = 0;
  /** Whether a call that saved nothing has read all of its options. */
  #isChecked = false;

  /** @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`; RangeError `ERR_ADAMAX_ARG_VALUE` */
  constructor(options: CheckpointManagerOptions) {
    checkOptions('CheckpointManager', options, OPTIONS);
    const { folder, keep = 3, every = 1, prefix = 'checkpoint' } = options;
    checkString('folder', folder);
    if (folder === '') throw wrongValue('folder', 'the path of a folder', folder);
    if (keep !== null) checkNumber('keep', keep, countOrAll);
    checkNumber('every', every, count);
    checkString('prefix', prefix);
    if (!/^[^/\\\0]+$/.test(prefix)) throw wrongValue('prefix', 'the beginning of a name, without slashes', prefix);
    this.#folder = folder;
    this.#keep = keep;
    this.#every = every;
    this.#prefix = prefix;
    this.#files = new NumberedFiles(folder, prefix);
  }

  /** Where the files are. */
  get folder(): string {
    return this.#folder;
  }

  /** How many files stay, ≥ 1; null: all. */
  get keep(): number | null {
    return this.#keep;
  }

  /** How many steps lie between two files that `saveIfDue` saves, ≥ 1. */
  get every(): number {
    return this.#every;
  }

  /** What the names of files begin with. */
  get prefix(): string {
    return this.#prefix;
  }

  /**
   * Saves, then removes the oldest files beyond `keep`.
   * @returns the path of the new file
   * @throws as `save` of `adamax/checkpoint`
   */
  save(options: SaveOptions): string {
    const before = this.#last;
    try {
      return saveAtOnce('save', options, () => this.#placing('save', options));
    } catch (error) {
      this.#last = before;
      throw error;
    }
  }

  /** The same off the event loop, as `saveAsync` does it. @returns a promise that rejects with what `save` throws */
  async saveAsync(options: SaveOptions): Promise<string> {
    return await inTurns(this.#saving('saveAsync', options));
  }

  /**
   * Saves when the training has reached the next multiple of `every` since it was last saved or loaded here. Wrong
   * options are refused when nothing is due, too: what they hold is read by the first such call, their names and kinds by
   * each.
   * @returns the path of the new file, null where none was due
   * @throws as `save`; RangeError `ERR_ADAMAX_ARG_VALUE` without an optimizer, which counts steps
   */
  saveIfDue(options: SaveOptions): string | null {
    return atOnce(this.#due('saveIfDue', options, true)) ? this.save(options) : null;
  }

  /** The same off the event loop. @returns a promise that rejects with what `saveIfDue` throws */
  async saveIfDueAsync(options: SaveOptions): Promise<string | null> {
    return await inTurns(this.#savingIfDue('saveIfDueAsync', options));
  }

  /**
   * Files that are there, the oldest first: in the order of saving, whatever their steps.
   * @throws Error `ERR_ADAMAX_FILE`
   */
  list(): SavedFile[] {
    return this.#files.list().map(({ path, step }) => ({ path, step }));
  }

  /** The path of what was saved last, null where there is nothing. @throws Error `ERR_ADAMAX_FILE` */
  latest(): string | null {
    return this.#files.list().at(-1)?.path ?? null;
  }

  /**
   * Loads what was saved last. A file that is damaged, or cannot be read, is no reason to take an older one in silence:
   * the error names that. Until the newest one is moved away, no call of this loads another.
   * @returns what `load` of `adamax/checkpoint` returns, null where there is nothing
   * @throws as `load`
   */
  load(options: LoadOptions): Loaded | null {
    return atOnce(this.#loading('load', options, load));
  }

  /** The same off the event loop. @returns a promise that rejects with what `load` throws */
  async loadAsync(options: LoadOptions): Promise<Loaded | null> {
    return await inTurns(this.#loading('loadAsync', options, loadAsync));
  }

  /**
   * What `console.log` shows.
   * @hidden
   */
  [INSPECT](depth?: number, options?: object, inspect?: Inspect): string {
    const fields = () => ({ folder: this.#folder, keep: this.#keep, every: this.#every, prefix: this.#prefix });
    return inspected('CheckpointManager', fields, depth, options, inspect);
  }

  /**
   * Saves under a new number, where the file is written. From the beginning the next file is due by the step of this
   * one, unless it fails.
   */
  #placing(method: string, options: SaveOptions): Placing {
    const [files, keep, step] = [this.#files, this.#keep, stepOf(method, options)];
    this.#last = step ?? 0;
    return function* (write, fileSystem) {
      const { path, number, release } = files.claim(step);
      try {
        yield* write(path);
        yield* files.tidy(fileSystem, number, keep);
      } finally {
        release();
      }
      return path;
    };
  }

  *#loading(
    method: string,
    options: LoadOptions,
    loadBy: (path: string, options: LoadOptions) => Eventually<Loaded>,
  ): Work<Loaded | null> {
    for (let path = this.latest(); path !== null; path = this.latest()) {
      try {
        const loaded = yield* wait(loadBy(path, options));
        this.#last = stepOf(method, options) ?? 0;
        return loaded;
      } catch (error) {
        if (!this.#hasBeenReplaced(path, error)) throw this.#withOneBefore(path, error);
      }
    }
    // They are read once only where there is a file: an iterator of the caller's may give its variables just once.
    readRequest(method, options);
    return null;
  }

  /** Until there is something to wait for, all is done before this returns. */
  *#saving(method: string, options: SaveOptions): Work<string> {
    const before = this.#last;
    try {
      return yield* saveLater(method, options, () => this.#placing(method, options));
    } catch (error) {
      this.#last = before;
      throw error;
    }
  }

  *#savingIfDue(method: string, options: SaveOptions): Work<string | null> {
    return (yield* this.#due(method, options, false)) ? yield* this.#saving('saveAsync', options) : null;
  }

  #due(method: string, options: SaveOptions, isAtOnce: boolean): Work<boolean> {
    return heard(SAVE, options, isAtOnce, () => this.#isDue(method, options));
  }

  #isDue(method: string, options: SaveOptions): boolean {
    checkKinds(method, options);
    const step = stepOf(method, options);
    if (step === null) throw wrongValue(method, 'given an optimizer, which counts steps', options);
    // Somebody has taken the training back, by other means than this manager's.
    if (step < this.#last) this.#last = step;
    const isDue = Math.floor(step / this.#every) > Math.floor(this.#last / this.#every);
    if (!isDue && !this.#isChecked) {
      checkContents(options);
      this.#isChecked = true;
    }
    return isDue;
  }

  /** Whether another process has saved and removed a file between looking for it and opening it. */
  #hasBeenReplaced(path: string, error: unknown): boolean {
    return (
      isCoded(error) && (error.cause as { code?: unknown } | undefined)?.code === 'ENOENT' && this.latest() !== path
    );
  }

  /**
   * Where a file is damaged, or the operating system cannot read it, says which is the one before it. What does not fit
   * has a report, and older ones will not fit.
   */
  #withOneBefore(path: string, error: unknown): unknown {
    if (!isCoded(error) || 'report' in error) return error;
    const isDamaged = error.code === 'ERR_ADAMAX_CHECKPOINT';
    if (!isDamaged && (error.code !== 'ERR_ADAMAX_FILE' || isOfProcess(error.cause))) return error;
    const list = this.#files.list();
    const before = list[list.findIndex((file) => file.path === path) - 1];
    if (before === undefined) return error;
    const remedy = `the one before it is '${before.path}', which is loaded when this one is moved away`;
    if (!isDamaged) return fileError(`${path} must be a file that can be read (${remedy})`, error.cause);
    return Object.assign(rangeError('ERR_ADAMAX_CHECKPOINT', `${error.message}; ${remedy}`), { cause: error });
  }
}

/** Whether a process lacks what it takes to read any file, so that nothing is wrong with this one. */
function isOfProcess(cause: unknown): boolean {
  return ['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN'].includes((Object(cause) as { code?: string }).code ?? '');
}

mark(CheckpointManager, 'a CheckpointManager');
refuseWrites(CheckpointManager);
guardMembers(CheckpointManager);
closeMembers('CheckpointManager', CheckpointManager);

/** What the file would say of the step. */
function stepOf(method: string, options: SaveOptions | LoadOptions): number | null {
  checkRecord(method, options, 'an object of options');
  return stepOfParts(readParts(options));
}
