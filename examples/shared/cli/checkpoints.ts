import { existsSync } from 'node:fs';
import type { Optimizer, Variable } from 'adamax';
import { inspect, type Json, load, save } from 'adamax/checkpoint';
import { UsageError } from './usage-error.js';

const UNREADABLE = '--resume cannot read what is saved';

/** What steps change. It is read only when it is saved, or put where a saved one was. */
export interface Model {
  readonly optimizer: Optimizer;
  readonly variables: readonly Variable[] | Readonly<Record<string, Variable>>;
}

/** What the command line says of saving. */
export interface CheckpointOptions {
  /** Steps between two savings, 0 for none. */
  readonly every: number;
  /** Whether to go on from what is saved. */
  readonly resume: boolean;
}

/** All that decides, with the position, how a training goes on: options by their names. */
export type Settings = Readonly<Record<string, number | string>>;

/**
 * The one file in which a training saves itself, over and over. A new file takes the place of the old one as a whole,
 * so that the training can be killed at any time and go on from the last.
 */
export class Checkpoints<Position extends Json> {
  readonly #path: string;
  readonly #options: CheckpointOptions;
  readonly #settings: Settings;

  /** @throws UsageError when what is saved, and asked for, is of another training, or damaged */
  constructor(path: string, options: CheckpointOptions, settings: Settings) {
    this.#path = path;
    this.#options = options;
    this.#settings = settings;
    if (this.#goesOn()) this.#checkSaved();
  }

  /** Says where the training begins, where that is asked for. */
  notes(): string[] {
    if (!this.#options.resume) return [];
    return [this.#goesOn() ? `going on from ${this.#path}` : `no ${this.#path} to go on from: beginning`];
  }

  /**
   * Puts a model where the saved one was.
   * @returns how far it was; undefined where the training is to begin
   * @throws UsageError when what is saved is damaged
   */
  resumed({ optimizer, variables }: Model): Position | undefined {
    if (!this.#goesOn()) return undefined;
    return this.#legibly(UNREADABLE, () => load(this.#path, { optimizer, variables }).extra.position);
  }

  /** Told after each step; saves after some. @param at a function, where to say it takes time */
  stepped(model: Model, at: Position | (() => Position)): void {
    const { every } = this.#options;
    if (every === 0 || Number(model.optimizer.iterations.data[0]) % every !== 0) return;
    const { optimizer, variables } = model;
    const position = typeof at === 'function' ? at() : at;
    this.#legibly('--out cannot be written', () => {
      save(this.#path, { optimizer, variables, extra: { settings: this.#settings, position } });
    });
  }

  // A training that was killed before it first saved itself begins once more.
  #goesOn(): boolean {
    return this.#options.resume && existsSync(this.#path);
  }

  #checkSaved(): void {
    const saved = this.#legibly(UNREADABLE, () => inspect(this.#path).extra.settings as Settings | undefined);
    const names = Object.keys(this.#settings);
    if (`${Object.keys(saved ?? {})}` !== `${names}`) {
      throw new UsageError('--resume must go on from what the same program has saved', this.#path);
    }
    const others = names.filter((name) => saved?.[name] !== this.#settings[name]);
    if (others.length === 0) return;
    const inWords = (settings?: Settings): string => others.map((name) => `--${name} ${settings?.[name]}`).join(' ');
    throw new UsageError(
      `--resume must be given the options of what is saved, ${inWords(saved)}`,
      inWords(this.#settings),
    );
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
