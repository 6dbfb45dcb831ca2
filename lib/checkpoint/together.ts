/** Saving where the optimizers have replicas: the first of them writes the file, and all bring what only they have. */
import type { Stretch } from '../backend/stretch.js';
import { stepperOf } from '../optimizers/optimizer-state.js';
import type { Failure } from '../step/outcome.js';
import type { Replication } from '../step/replication.js';
import type { Variable } from '../variables/variable.js';
import type { Part } from './content/content.js';
import { type Work, wait } from './files/eventually.js';
import type { Target } from './files/medium.js';

/** The replicas of the first optimizer that has any, or null. */
export function replicationOf(parts: readonly Part[]): Replication | null {
  for (const { optimizer } of parts) {
    const replication = stepperOf(optimizer).hooks?.replication;
    if (replication !== undefined) return replication;
  }
  return null;
}

/** The part of a slot that is kept in this replica; null for all of it. */
export function shardOf(part: Part, owner: Variable): Stretch | null {
  return stepperOf(part.optimizer).hooks?.replication?.shardOf(owner) ?? null;
}

/** Where replicas that write no file write. */
export const NOWHERE: Target = { name: 'nowhere', isAtOnce: true, write: (from) => from.length };

/** A target that goes on when it cannot be written, so that others who take part need not wait. */
export class Patient implements Target {
  readonly name: string;
  readonly isAtOnce: boolean;
  readonly #target: Target;
  #failure: Failure | null = null;

  constructor(target: Target) {
    this.name = target.name;
    this.isAtOnce = target.isAtOnce;
    this.#target = target;
  }

  write(from: Uint8Array, position: number): number | PromiseLike<number> {
    if (this.#failure !== null) return from.length;
    try {
      const written = this.#target.write(from, position);
      if (typeof written === 'number') return written;
      return written.then(undefined, (error: unknown) => this.fail(error, from.length));
    } catch (error) {
      return this.fail(error, from.length);
    }
  }

  fail(error: unknown, count: number): number {
    this.#failure ??= { error };
    return count;
  }

  /** Throws what could not be written. */
  end(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }
}

/**
 * Has all replicas do a task, each its own body of it.
 * @param content - a number that is the same for all that do the same; a function that may throw
 * @param body - what this replica does; what it throws all of them hear of. It must exchange what the others do
 * @returns what the first replica says
 */
export function* together(
  replication: Replication,
  task: string,
  atOnce: boolean,
  content: () => number,
  body: () => Work<string>,
): Work<string> {
  try {
    let number = 0;
    let failure: Failure | null = null;
    try {
      number = content();
    } catch (error) {
      failure = { error };
    }
    yield* wait(replication.begin(task, number, failure, atOnce));
    let text = '';
    try {
      text = yield* body();
    } catch (error) {
      failure = { error };
    }
    return yield* wait(replication.conclude(task, text, failure, atOnce));
  } finally {
    replication.end();
  }
}
