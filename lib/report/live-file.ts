import { warn } from '../arguments/warn.js';
import { path as paths } from '../memory/node-modules.js';
import { type Kind, kindOfFile, writeText } from './file.js';

/** A file that follows a run. */
export class LiveFile {
  /** As it was given. */
  readonly path: string;
  /** Where that is, also once the process has gone to another folder. */
  readonly #place: string;
  readonly kind: Kind;
  /** Seconds between two writings. */
  readonly every: number;
  #written = -Infinity;
  #warned = false;

  /** @throws TypeError `ERR_ADAMAX_ARG_TYPE`, RangeError `ERR_ADAMAX_ARG_VALUE` */
  constructor(path: unknown, every: number) {
    this.kind = kindOfFile(path);
    this.path = path as string;
    this.#place = paths.resolve(this.path);
    this.every = every;
  }

  /** Writes in the beginning or at the end. @throws Error `ERR_ADAMAX_FILE` */
  write(text: string, isFlushed: boolean): void {
    writeText(this.#place, text, isFlushed);
    this.#written = performance.now();
  }

  /**
   * Writes if it is time. A disk that is full for a while is no reason to end a training: the process is warned once,
   * and the next time may be better.
   */
  follow(text: () => string): void {
    if (performance.now() - this.#written < 1000 * this.every) return;
    try {
      this.write(text(), false);
    } catch (error) {
      this.#written = performance.now();
      if (this.#warned) return;
      this.#warned = true;
      warn('ADAMAX_REPORT', () => ({
        message: `A report was not written: ${(error as Error).message}`,
        detail: 'The training goes on. It is tried again as long as the report lasts; end() throws if it fails, too.',
      }));
    }
  }
}
