/** Replicas that are processes, started by `mpirun` on one machine or several. */
import { describe, launcherError, replicaError, typeError, wrongType, wrongValue } from '../../../arguments/errors.js';
import { checkOptions } from '../../../arguments/options.js';
import { warn } from '../../../arguments/warn.js';
import { shareCores } from '../../share-cores.js';
import { alone, closed } from '../alone.js';
import type { Collective, Exchange } from '../collective.js';
import { type FlatExchanges, loadMpi, type MpiAddon, type Outcome, type World } from './addon.js';
import { checkWorkers, checkWorld, launchOf } from './launcher.js';

export interface OpenMpiOptions {
  /** How many processes the job must have, no more and no less. By default as many as were started. */
  readonly workers?: number;
  /**
   * Seconds for one call of `run` or `runAsync` from when its turn comes, for the start and for the end; 300 by default.
   * When they are over, a replica is lost or silent: a sentence on stderr says so, and all processes of the job end, with
   * code 111. No JavaScript runs then, which may be blocked.
   */
  readonly timeoutSeconds?: number;
}

/** What an int can count. */
const MOST_BYTES = 2 ** 31 - 1;
const KINDS = { gather: 0, sum: 1, 'sum parts': 2 } as const;

/**
 * Joins the other processes of the job, and waits until all have come. A process that no launcher has started is alone:
 * then nothing of MPI is loaded. MPI can be started once in a process, by one of its threads.
 *
 * A process that ends without `close` takes the job along: with its exit code, or with 1 where that is 0. Arrays of an
 * exchange off the event loop must not be transferred away before it is done.
 * @throws Error ERR_ADAMAX_LAUNCHER if MPI is missing or the addon is not built, or the number of processes is another
 *   than `workers`, or than the launcher says
 * @throws TypeError ERR_ADAMAX_STATE if this process has called it before
 */
export function openMpi(options: OpenMpiOptions = {}): Collective {
  return openCounting(options, MOST_BYTES);
}

/** As `openMpi`. @param mostBytes - that one call of MPI may count, which tests make fewer */
export function openCounting(options: OpenMpiOptions, mostBytes: number): Collective {
  checkOptions('options', options, ['workers', 'timeoutSeconds']);
  const { workers, timeoutSeconds = 300 } = options;
  checkNumbers(workers, timeoutSeconds);
  const launch = launchOf();
  checkWorkers(launch, workers);
  if (launch === null) return alone();
  const addon = loadMpi();
  addon.limit(timeoutSeconds, limitText(`a replica of ${launch.size ?? 'the job'}`, timeoutSeconds));
  const world = opened(addon, mostBytes);
  tellExitCode(addon);
  checkWorld(launch, workers, world.size);
  addon.limit(timeoutSeconds, limitText(`replica ${world.rank} of ${world.size}`, timeoutSeconds));
  shareCores(world.local);
  warnOfBinding(world);
  return collectiveOf(addon, world);
}

function checkNumbers(workers: unknown, timeoutSeconds: unknown): void {
  if (workers !== undefined) {
    if (typeof workers !== 'number') throw wrongType('workers', 'a number of processes', workers);
    if (!Number.isInteger(workers) || workers < 1) throw wrongValue('workers', 'a whole number of at least 1', workers);
  }
  if (typeof timeoutSeconds !== 'number') throw wrongType('timeoutSeconds', 'a number of seconds', timeoutSeconds);
  if (!(timeoutSeconds > 0 && timeoutSeconds <= 1e8)) {
    throw wrongValue('timeoutSeconds', 'above 0 and at most 1e8', timeoutSeconds);
  }
}

function limitText(who: string, seconds: number): string {
  const must = 'adamax: ERR_ADAMAX_REPLICA: all replicas must take part in an exchange within timeoutSeconds';
  return `${must}; one is lost or silent, and the job ends: ${who} received nothing for ${seconds} s\n`;
}

function opened(addon: MpiAddon, mostBytes: number): World {
  const world = addon.open(mostBytes);
  if (world === null) {
    throw typeError('ERR_ADAMAX_STATE', 'openMpi must be called once in a process: received another call');
  }
  if (typeof world === 'string') throw launcherError(`MPI must start: received ${world}`);
  return world;
}

/** A worker ends with a code of its own, which is not that of the process. */
function tellExitCode(addon: MpiAddon): void {
  if (!process.getBuiltinModule('node:worker_threads').isMainThread) return;
  process.on('exit', (code) => addon.exitCode(code));
}

/** mpirun of Open MPI binds each of two processes to a core of its own, where threads of a step would all run. */
function warnOfBinding({ rank, local }: World): void {
  const os = process.getBuiltinModule('node:os');
  const cores = os.cpus().length;
  if (rank > 0 || local < 2 || cores < 2 || os.availableParallelism() > 1) return;
  warn('ADAMAX_BOUND', () => {
    const message = `replicas are bound to one core each, of ${cores}: all threads of a replica share it`;
    return { message, detail: 'mpirun --bind-to none leaves them free.' };
  });
}

function collectiveOf(addon: MpiAddon, { rank, size, local }: World): Collective {
  let leaving: Promise<void> | null = null;
  let abandoned: Error | null = null;
  const checkTakesPart = () => {
    if (abandoned !== null) throw abandoned;
  };
  return {
    rank,
    size,
    local,
    run(exchanges) {
      checkTakesPart();
      check(addon.run(flatten(exchanges)), exchanges);
    },
    async runAsync(exchanges) {
      checkTakesPart();
      const outcome = await addon.runAsync(flatten(exchanges));
      if (outcome === false) {
        const must = 'arrays must not be transferred before an exchange is done';
        throw typeError('ERR_ADAMAX_DETACHED', `${must}: received one on a detached buffer`);
      }
      check(outcome, exchanges);
    },
    // What MPI has begun cannot be called off: the others see the end of this process, or that of their time.
    abandon(error) {
      abandoned ??= error;
    },
    close() {
      leaving ??= Promise.resolve(addon.leave()).then((outcome) => check(outcome, []));
      return leaving;
    },
  };
}

function flatten(exchanges: readonly Exchange[]): FlatExchanges {
  const flat: unknown[] = [];
  for (const exchange of exchanges) {
    if (exchange.kind === 'gather') {
      flat.push(KINDS.gather, null, exchange.bytes, exchange.borders);
    } else {
      const borders = exchange.kind === 'sum' ? null : exchange.borders;
      flat.push(KINDS[exchange.kind], exchange.from, exchange.to, borders);
    }
  }
  return flat;
}

function check(outcome: Outcome, exchanges: readonly Exchange[]): void {
  if (outcome === undefined) return;
  if (outcome === null) throw closed(exchanges);
  throw replicaError(`replicas must all be there until an exchange is done: received ${describe(outcome)}`);
}
