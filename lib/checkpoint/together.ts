/** What replicas of a strategy do together: each of them is told where another cannot take part, and nobody waits. */
import { wrongValue } from '../arguments/errors.js';
import { digestOfText } from '../backend/digest.js';
import { type Work, wait } from '../files/eventually.js';
import { Optimizer } from '../optimizers/optimizer.js';
import { stepperOf } from '../optimizers/optimizer-state.js';
import type { Failure } from '../step/outcome.js';
import type { Replication, TaskContent } from '../step/replication.js';
import { formatShape } from '../variables/shape.js';
import type { Part } from './content/content.js';
import type { Placeless } from './format/header.js';

/**
 * The replicas of optimizers, or null where there are none.
 * @throws RangeError `ERR_ADAMAX_ARG_VALUE` unless all belong to one strategy, or all to none
 */
export function replicationOf(parts: readonly Part[]): Replication | null {
  const all = parts.map(({ optimizer }) => stepperOf(optimizer).hooks?.replication ?? null);
  const [first = null] = all;
  const other = all.findIndex((one) => one?.group !== first?.group);
  if (other < 0) return first;
  const names = [parts[0].name, parts[other].name].join(' and ');
  throw wrongValue('optimizers', 'all made within one strategy, or all outside of any', names);
}

/** The same where they share what they keep; null where each has all of it, so that nobody need be asked. */
export function shardedReplicationOf(parts: readonly Part[]): Replication | null {
  const isSharded = parts.some(({ optimizer }) => stepperOf(optimizer).hooks?.replication?.isSharded);
  return isSharded ? replicationOf(parts) : null;
}

/** Which tensors there are, in their order. */
export function contentOf(tensors: readonly Omit<Placeless, 'elements'>[]): TaskContent {
  const lines = tensors.map(({ key, dtype, shape }) => `${key} ${dtype} ${formatShape(shape)}`);
  // So many digits of a digest as a number holds.
  const value = Number.parseInt(digestOfText(lines.join('\n')).slice(0, 13), 16);
  return { value, shown: () => `${lines.length} tensors (${lines.join(', ')})` };
}

/**
 * Reads what a call is given, before anything is exchanged. Where this replica cannot, the others hear of it, which may
 * have come to the exchange already.
 * @param given - the options of the call, in which its optimizers are
 * @param meet - whether there is an exchange
 * @throws what `read` throws where that is so in all replicas; else Error `ERR_ADAMAX_REPLICA`, with it as the cause
 */
export function* heard<T>(
  task: string,
  given: unknown,
  atOnce: boolean,
  read: () => T,
  meet: (replication: Replication) => boolean = () => true,
): Work<T> {
  try {
    return read();
  } catch (error) {
    const replication = replicationIn(given);
    if (replication !== null && meet(replication)) {
      yield* wait(replication.begin(task, NOTHING, { error }, atOnce));
      replication.end(atOnce);
    }
    throw error;
  }
}

const NOTHING: TaskContent = { value: 0, shown: () => 'nothing' };

/**
 * The replicas of the first optimizer in what may be no options at all. From within a step, which exchanges itself,
 * there is nobody to tell.
 */
function replicationIn(given: unknown): Replication | null {
  const found = optimizersIn(given).map((optimizer) => stepperOf(optimizer));
  if (found.some(({ turn }) => turn.isInside)) return null;
  return found.find(({ hooks }) => hooks?.replication !== undefined)?.hooks?.replication ?? null;
}

function optimizersIn(given: unknown): Optimizer[] {
  try {
    const { optimizer, optimizers } = Object(given) as { optimizer?: unknown; optimizers?: unknown };
    return [optimizer, ...Object.values(Object(optimizers))].filter((value) => value instanceof Optimizer);
  } catch {
    return []; // getters are code of the caller
  }
}

/**
 * Has all replicas do a task, each its own body of it.
 * @param body - what this replica does; what it throws all of them hear of. It must exchange what the others do
 * @returns what the first replica says
 * @throws Error `ERR_ADAMAX_REPLICA` in all of them, where one has failed
 */
export function* together(
  replication: Replication,
  task: string,
  content: TaskContent,
  atOnce: boolean,
  body: () => Work<string>,
): Work<string> {
  yield* wait(replication.begin(task, content, null, atOnce));
  try {
    let [text, failure]: [string, Failure | null] = ['', null];
    try {
      text = yield* body();
    } catch (error) {
      failure = { error };
    }
    return yield* wait(replication.conclude(task, text, failure, atOnce));
  } finally {
    replication.end(atOnce);
  }
}
