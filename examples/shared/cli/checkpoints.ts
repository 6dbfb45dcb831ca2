import { existsSync } from 'node:fs';
import type { Optimizer, Variable } from 'adamax';
import { inspect, type Json, load, save } from 'adamax/checkpoint';
import { UsageError } from './usage-error.js';

/** What steps change. */
export interface Model {
  readonly optimizer: Optimizer;
  readonly variables: readonly Variable[];
}

/** What the command line says of saving. */
export interface CheckpointOptions {
  /** Steps between two savings, 0 for none. */
  readonly every: number;
  /** Whether to go on from what is saved. */
  readonly resume: boolean;
}

/**
 * The one file in which a training saves itself, over and over. A new file takes the place of the old one as a whole, so
 * that the training can be killed at any time and go on from the last.
 */
export class Checkpoints<Position extends Json> {
  readonly #path: string;
  readonly #options: CheckpointOptions;
  readonly #settings: string;

  /** @param settings all that decides, with the position, how a training goes on */
  constructor(path: string, options: CheckpointOptions, settings: Readonly<Record<string, number | string>>) {
    this.#path = path;
    this.#options = options;
    this.#settings = Object.entries(settings)
      .map(([name, value]) => `--${name} ${value}`)
      .join(' ');
  }

  /** Says where the training begins, where that is asked for. */
  notes(): string[] {
    if (!this.#options.resume) return [];
    return [existsSync(this.#path) ? `going on from ${this.#path}` : `no ${this.#path} to go on from: beginning`];
  }

  /**
   * Puts a model where the saved one was.
   * @returns how far it was; undefined where the training is to begin
   * @throws UsageError when what is saved is of another training, or damaged
   */
  resumed(model: Model): Position | undefined {
    // A training that was killed before it first saved itself begins once more.
    if (!this.#options.resume || !existsSync(this.#path)) return undefined;
    return this.#legibly('--resume cannot read what is saved', () => {
      const { settings } = inspect(this.#path).extra;
      if (settings !== this.#settings) {
        throw new UsageError(`--resume must be given the options of what is saved, ${settings}`, this.#settings);
      }
      return load(this.#path, { ...model }).extra.position;
    });
  }

  /** Told after each step; saves after some. */
  stepped(model: Model, position: Position): void {
    const { every } = this.#options;
    if (every === 0 || Number(model.optimizer.iterations.data[0]) % every !== 0) return;
    this.#legibly('--out cannot be written', () => {
      save(this.#path, { ...model, extra: { settings: this.#settings, position } });
    });
  }

  #legibly<T>(problem: string, action: () => T): T {
    try {
      return action();
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'ERR_ADAMAX_CHECKPOINT' && code !== 'ERR_ADAMAX_FILE') throw error;
      throw new UsageError(`${problem} (${message.split('\n', 1)[0]})`, this.#path);
    }
  }
}
