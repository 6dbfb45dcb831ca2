/**
 * Files of one training in a folder, `<prefix>-<number>-step<step>.safetensors`: the numbers tell in which order they
 * were saved. Whatever else is there is passed over.
 */

import { atOnce, quietly, type Work, wait } from '../../files/eventually.js';
import { atOnceFiles, type FileSystem } from '../../files/file-system.js';
import { removeLeftovers } from '../../files/leftovers.js';
import { flushFolder } from '../../files/replace.js';
import { underCode } from '../../files/target.js';
import { fs, path as paths } from '../../memory/node-modules.js';

export interface NumberedFile {
  readonly path: string;
  readonly number: number;
  /** Null where there was no optimizer to count steps. */
  readonly step: number | null;
}

const ENDING = '.safetensors';
/** So many digits that a list by name is in order for long. */
const DIGITS = 6;

export class NumberedFiles {
  readonly #folder: string;
  readonly #prefix: string;

  constructor(folder: string, prefix: string) {
    this.#folder = folder;
    this.#prefix = prefix;
  }

  /** The oldest first. @throws Error `ERR_ADAMAX_FILE` */
  list(): NumberedFile[] {
    const files = coded(`${this.#folder} must be a folder that can be read`, () => this.#names()).flatMap((name) => {
      const read = this.#read(name);
      return read === undefined ? [] : [{ path: paths.join(this.#folder, name), ...read }];
    });
    return files.sort((a, b) => a.number - b.number || (a.path < b.path ? -1 : 1));
  }

  /**
   * Takes a number above all that are there, and the name that goes with it. No other process gets that number: it is
   * taken by making a file for it, which only one can, and by looking once more afterwards, since another may have
   * taken it, saved and given it back in between.
   * @throws Error `ERR_ADAMAX_FILE`
   */
  claim(step: number | null): Claim {
    return coded(`${this.#folder} must be a folder that can be written to`, () => {
      this.#make();
      for (let number = this.#newest() + 1; ; number = Math.max(number, this.#newest()) + 1) {
        const claim = paths.join(this.#folder, `${this.#stem(number)}.tmp`);
        if (!makeNew(claim)) continue;
        const release = () => fs.rmSync(claim, { force: true });
        if (this.#newest() < number) {
          const name = `${this.#stem(number)}${step === null ? '' : `-step${step}`}${ENDING}`;
          return { path: paths.join(this.#folder, name), number, release };
        }
        release();
      }
    });
  }

  /**
   * Removes the oldest files beyond those to keep, and what processes have left that were killed. What cannot be
   * removed, as files that somebody has open on Windows, stays until the next call.
   * @param own - the number of the file that was just saved, which stays
   */
  *tidy(files: FileSystem, own: number, keep: number | null): Work<void> {
    const beyond = keep === null ? [] : this.list().slice(0, -keep);
    for (const { number, path } of beyond) if (number !== own) yield* quietly(() => wait(files.remove(path)));
    // Nobody can take a number below that of a file which is there, so that nobody needs its claim.
    for (const name of this.#names()) {
      const number = name.endsWith('.tmp') ? this.#read(name.replace(/\.tmp$/, ENDING))?.number : undefined;
      if (number !== undefined && number < own) removeQuietly(paths.join(this.#folder, name));
    }
    removeLeftovers(this.#folder, (name) => this.#read(name) !== undefined);
  }

  #stem(number: number): string {
    return `${this.#prefix}-${`${number}`.padStart(DIGITS, '0')}`;
  }

  #read(name: string): Pick<NumberedFile, 'number' | 'step'> | undefined {
    if (!name.startsWith(`${this.#prefix}-`)) return undefined;
    const rest = name.slice(this.#prefix.length + 1);
    const [, number, step] = /^(\d{1,15})(?:-step(\d{1,16}))?\.safetensors$/.exec(rest) ?? [];
    if (number === undefined) return undefined;
    return { number: Number(number), step: step === undefined ? null : Number(step) };
  }

  #newest(): number {
    return this.#names().reduce((newest, name) => Math.max(newest, this.#read(name)?.number ?? 0), 0);
  }

  /** Names of files; none where there is no folder. */
  #names(): string[] {
    try {
      const entries = fs.readdirSync(this.#folder, { withFileTypes: true });
      return entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      throw error;
    }
  }

  /** Makes the folder. Its name, and those of what was made above it, must be on the disk as files in it are. */
  #make(): void {
    const first = fs.mkdirSync(this.#folder, { recursive: true });
    if (first === undefined) return;
    const outermost = paths.dirname(paths.resolve(first));
    for (let at = paths.resolve(this.#folder); at !== outermost; ) {
      at = paths.dirname(at);
      atOnce(flushFolder(atOnceFiles, at));
    }
  }
}

/** A number that nobody else gets. */
export interface Claim {
  /** Where to save. */
  readonly path: string;
  readonly number: number;
  /** To be called when the file is there, or will never be. */
  release(): void;
}

/** @returns whether there was none */
function makeNew(path: string): boolean {
  try {
    fs.closeSync(fs.openSync(path, 'wx'));
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function removeQuietly(path: string): void {
  try {
    fs.unlinkSync(path);
  } catch {
    // Another process may have removed it.
  }
}

function coded<T>(expected: string, body: () => T): T {
  return atOnce(
    // biome-ignore lint/correctness/useYield: there is nothing to wait for
    underCode(expected, function* () {
      return body();
    }),
  );
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null)?.code;
}
