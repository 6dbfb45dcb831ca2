import { mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { reasonOf, UsageError } from './usage-error.js';

/** Where results go. Whether they can is found out at once, not after a minute's training. */
export class OutputFolder {
  readonly #path: string;

  /** @throws UsageError when one of `files` could not be written there */
  constructor(path: string, files: readonly string[]) {
    this.#path = path;
    this.#try(() => {
      makeFolder(path);
      for (const file of files) {
        const existing = statSync(join(path, file), { throwIfNoEntry: false });
        if (existing?.isDirectory()) throw new Error(`${file} is a folder`);
        const probe = this.#unfinished(file);
        writeFileSync(probe, '');
        rmSync(probe);
      }
    });
  }

  /** Writes a file whole or not at all: an interrupted run leaves that of the run before. */
  write(file: string, text: string): void {
    this.#try(() => {
      writeFileSync(this.#unfinished(file), text);
      renameSync(this.#unfinished(file), this.pathOf(file));
    });
  }

  /** Where a file is that something else writes. */
  pathOf(file: string): string {
    return join(this.#path, file);
  }

  #unfinished(file: string): string {
    return join(this.#path, `.${file}.${process.pid}`);
  }

  #try(action: () => void): void {
    try {
      action();
    } catch (error) {
      throw new UsageError(`--out cannot be written (${reasonOf(error)})`, this.#path);
    }
  }
}

// Level by level, since mkdirSync's own `recursive` never returns where a file system answers "no such file" for a
// folder it will not make, as /proc does.
function makeFolder(path: string): void {
  const existing = statSync(path, { throwIfNoEntry: false });
  if (existing?.isDirectory()) return;
  if (existing !== undefined) throw new Error('not a directory');
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent);
  mkdirSync(path);
}
