import { describe, fileError, launcherError, replicaError, wrongType, wrongValue } from '../arguments/errors.js';
import { checkOptions, checkRecord } from '../arguments/options.js';
import { checkNumber } from '../arguments/ranges.js';
import { fs, path, url } from '../memory/node-modules.js';
import { Barrier } from './collective/workers/barrier.js';
import { CONTROL } from './collective/workers/control.js';
import { type Handover, handOver, workerThreads } from './collective/workers/handover.js';
import { errorOf } from './collective/workers/loss.js';
import { Staging } from './collective/workers/staging.js';
import { timeLimit } from './collective/workers/time-limit.js';

/** What of the options of Node's `Worker` a launch takes, for all of its threads alike. */
const WORKER = ['argv', 'env', 'execArgv', 'name', 'resourceLimits', 'trackUnmanagedFds', 'workerData'];
const LAUNCH = ['replicas', 'timeoutSeconds', 'signal', 'worker'];

/** As many as the step of an optimizer may have threads. */
const MOST_REPLICAS = 256;

/** Milliseconds that replicas get to end by themselves when one of them has failed: they are told, and may clean up. */
const GRACE = 2000;

/** An `AbortSignal`, as far as it is used here: declarations of Node are not at hand everywhere. */
export interface Signal {
  /** Whether it has been aborted. */
  readonly aborted: boolean;
  /** What it was aborted with. */
  readonly reason: unknown;
}

/** A `URL`, likewise. */
export interface Url {
  /** The whole URL. */
  readonly href: string;
}

/** How `launch` starts the replicas of a training. */
export interface LaunchOptions {
  /** How many threads run the script, from 1 to 256. Default: as many as there are cores. */
  replicas?: number;
  /** Seconds that a replica waits for the others in an exchange before it gives up. Default: 300. */
  timeoutSeconds?: number;
  /** Ends all replicas when it is aborted; the promise then rejects with its `reason`. */
  signal?: Signal | null;
  /**
   * Options of Node's `Worker`, for each of the threads: `argv`, `env`, `execArgv`, `name`, `resourceLimits`,
   * `trackUnmanagedFds`, `workerData`.
   */
  worker?: object;
}

/**
 * Starts threads that all run the same script, as the replicas of a training: a strategy that the script makes finds
 * the others. Resolves when all have ended, each with the exit code 0. As soon as one fails, the others are told
 * where they exchange, and ended if they have not within two seconds.
 *
 * @example
 * await launch('train.js', { replicas: 2 });
 * @param script - a path, from the working directory on, or a `file:` URL; an ES module or CommonJS
 * @returns a promise that rejects with the first error of a replica, as it was thrown there; with an Error
 *   `ERR_ADAMAX_REPLICA` where one ends with another exit code than 0; with the reason of `signal`
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION` (as a rejection, as all that follow)
 * @throws RangeError `ERR_ADAMAX_ARG_VALUE`
 * @throws Error `ERR_ADAMAX_FILE` for a script that cannot be read; `ERR_ADAMAX_LAUNCHER` where no thread can be started
 */
export async function launch(script: string | Url, options: LaunchOptions = {}): Promise<void> {
  const file = fileOf(script);
  checkOptions('options', options, LAUNCH);
  const { availableParallelism } = process.getBuiltinModule('node:os');
  const { replicas = Math.min(availableParallelism(), MOST_REPLICAS), timeoutSeconds = 300, signal = null } = options;
  const { worker = {} } = options;
  if (typeof replicas !== 'number') throw wrongType('replicas', 'a number', replicas);
  if (!Number.isInteger(replicas) || replicas < 1 || replicas > MOST_REPLICAS) {
    throw wrongValue('replicas', `a whole number from 1 to ${MOST_REPLICAS}`, replicas);
  }
  checkNumber('timeoutSeconds', timeoutSeconds, timeLimit);
  if (signal !== null && !(signal instanceof AbortSignal)) throw wrongType('signal', 'an AbortSignal or null', signal);
  checkRecord('worker', worker);
  checkOptions('worker', worker, WORKER);
  signal?.throwIfAborted();
  await new Launch(file, { ...worker }, replicas, timeoutSeconds).ended(signal);
}

function fileOf(script: unknown): string {
  const isUrl = script instanceof URL;
  if (typeof script !== 'string' && !isUrl) throw wrongType('script', 'a path or a file: URL', script);
  const isFile = isUrl ? script.protocol === 'file:' : script !== '' && !script.includes('\0');
  if (!isFile) throw wrongValue('script', 'a path or a file: URL', isUrl ? script.href : script);
  const file = isUrl || script.startsWith('file:') ? pathOf(script) : path.resolve(script);
  try {
    fs.accessSync(file, fs.constants.R_OK);
  } catch (error) {
    throw fileError(`script must be a file that can be read, which ${file} is not`, error);
  }
  return file;
}

function pathOf(script: string | URL): string {
  try {
    return url.fileURLToPath(script);
  } catch {
    throw wrongValue('script', 'a path or a file: URL', String(script));
  }
}

type Worker = ReturnType<typeof handOver>;

interface Failure {
  readonly rank: number;
  readonly error: unknown;
}

class Launch {
  readonly #workers: Worker[] = [];
  readonly #running = new Set<number>();
  /** Of the control memory, which this thread watches without being a replica. */
  readonly #barrier: Barrier;
  readonly #failures: Failure[] = [];
  #isAborted = false;
  #grace: ReturnType<typeof setTimeout> | undefined;
  #allEnded: () => void = () => {};

  constructor(file: string, options: object, replicas: number, timeoutSeconds: number) {
    const control = new Int32Array(new SharedArrayBuffer(4 * CONTROL.length(replicas)));
    const staging = new SharedArrayBuffer(Staging.bytes(replicas));
    this.#barrier = new Barrier(control, 0, replicas, 0);
    for (let rank = 0; rank < replicas && this.#failures.length === 0; rank++) {
      this.#start(file, options, { rank, replicas, timeoutSeconds, control, staging });
    }
  }

  #start(file: string, options: object, handover: Handover): void {
    const { Worker } = workerThreads();
    const { rank } = handover;
    try {
      const worker = handOver(handover, () => new Worker(file, options));
      this.#workers[rank] = worker;
      this.#running.add(rank);
      worker.on('error', (error) => this.#fail(rank, error));
      worker.on('exit', (code) => this.#exit(rank, code));
    } catch (error) {
      const received = error instanceof Error ? error.message : describe(error);
      this.#fail(
        rank,
        launcherError(`worker must be options that a thread can be started with: received ${received}`, error),
      );
    }
  }

  async ended(signal: AbortSignal | null): Promise<void> {
    const abort = () => {
      this.#isAborted = true;
      this.#barrier.break({ kind: 'aborted', rank: 0 });
      this.#terminate();
    };
    signal?.addEventListener('abort', abort);
    await new Promise<void>((resolve) => {
      this.#allEnded = resolve;
      if (this.#running.size === 0) resolve();
    });
    signal?.removeEventListener('abort', abort);
    clearTimeout(this.#grace);
    if (this.#isAborted) throw signal?.reason;
    if (this.#failures.length > 0) throw this.#cause();
  }

  #exit(rank: number, code: number): void {
    this.#running.delete(rank);
    // A replica that has ended by itself has said so before, unless it ended as a whole; then nobody else does.
    this.#barrier.break({ kind: 'ended', rank, code });
    if (code !== 0) this.#fail(rank, replicaError(`replica ${rank} must end with the exit code 0: received ${code}`));
    else this.#endSilence();
    if (this.#running.size === 0) this.#allEnded();
  }

  #fail(rank: number, error: unknown): void {
    this.#failures.push({ rank, error });
    if (this.#failures.length > 1) return;
    this.#barrier.break({ kind: 'threw', rank });
    this.#grace = setTimeout(() => this.#terminate(), GRACE);
  }

  /** Whoever was told that another is silent may end as if nothing were the matter; then nobody ends that one. */
  #endSilence(): void {
    const { loss } = this.#barrier;
    if (loss?.kind !== 'silent') return;
    this.#grace ??= setTimeout(() => {
      this.#failures.push({ rank: loss.rank, error: errorOf(loss, 0) });
      this.#terminate();
    }, GRACE);
  }

  #terminate(): void {
    for (const rank of this.#running) void this.#workers[rank].terminate();
  }

  /** The error that the others followed from, though one of theirs may have arrived here before it. */
  #cause(): unknown {
    const loss = this.#barrier.loss;
    const endedItself = loss?.kind === 'ended' || loss?.kind === 'threw';
    return (this.#failures.find(({ rank }) => endedItself && rank === loss.rank) ?? this.#failures[0]).error;
  }
}
