/** The libraries that step beside us: what each is called, how it is started, what it can do and what it needs. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from './worker.js';

/** A library that setup.mjs installs into a folder of its own. */
interface Home {
  readonly folder: string;
  readonly program: readonly string[];
  /** What setup.mjs calls it. */
  readonly setup: string;
}

export interface Rival {
  readonly name: string;
  readonly home: Home;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Whether more threads than one are of use to it. */
  readonly threads: boolean;
  /** True where it steps rows of a table, else the reason why it does not. */
  readonly rows: true | string;
  /** Arrays of the variables' size that it holds at its worst moment: p, m, u, g and what it makes in between. */
  readonly copies: number;
  /** The rule it steps, where it is not Adamax and its result is not to be compared. */
  readonly rule?: string;
}

const TASKSET = '/usr/bin/taskset';
const SOURCES = fileURLToPath(new URL('../../../bench/peers/', import.meta.url));
/** Where setup.mjs puts what it installs; ADAMAX_PEERS lets several checkouts share it. */
export const INSTALLED = process.env.ADAMAX_PEERS || SOURCES;

const python = (folder: string, setup: string): Home => {
  return { folder, program: [join(INSTALLED, folder, 'bin', 'python')], setup };
};
const TENSORFLOW = python('.venv-tf', 'tensorflow');
const TORCH = python('.venv-torch', 'torch');
const DEEPSPEED = python('.venv-torch', 'deepspeed');
const TFJS: Home = { folder: '.tfjs', program: [process.execPath, '--expose-gc'], setup: 'tfjs' };

const TFJS_SERVER = fileURLToPath(new URL('serve-tfjs.js', import.meta.url));
const script = (name: string, ...args: string[]): string[] => ['-B', join(SOURCES, `run_${name}.py`), ...args];
const NO_ROWS = 'no sparse step';

export const RIVALS: readonly Rival[] = [
  tfjs('cpu'),
  tfjs('wasm'),
  torch('PyTorch foreach', 'foreach', 8),
  torch('PyTorch loop', 'loop', 8),
  torch('PyTorch compile', 'compile', 6),
  {
    name: 'TensorFlow op',
    home: TENSORFLOW,
    args: script('tensorflow'),
    threads: true,
    rows: true,
    copies: 5,
  },
  keras('tensorflow', 8),
  keras('jax', 7),
  { name: 'optax XLA', home: TENSORFLOW, args: script('optax'), threads: true, rows: true, copies: 6 },
  {
    name: 'DeepSpeed Adam',
    home: DEEPSPEED,
    args: script('deepspeed'),
    threads: true,
    rows: NO_ROWS,
    copies: 5,
    rule: 'Adam',
  },
];

function tfjs(backend: string): Rival {
  const args = [TFJS_SERVER, join(INSTALLED, TFJS.folder), backend];
  return { name: `tf.js ${backend}`, home: TFJS, args, threads: false, rows: NO_ROWS, copies: 12 };
}

function torch(name: string, variant: string, copies: number): Rival {
  const rows = 'its Adamax refuses sparse gradients';
  return { name, home: TORCH, args: script('torch', variant), threads: true, rows, copies };
}

function keras(backend: string, copies: number): Rival {
  const name = `Keras 3 ${backend === 'jax' ? 'JAX' : 'TF'}`;
  const rows = 'its sparse step decays all rows, which is a dense step';
  return {
    name,
    home: TENSORFLOW,
    args: script('keras'),
    env: { KERAS_BACKEND: backend },
    threads: true,
    rows,
    copies,
  };
}

export function isInstalled({ home }: Rival): boolean {
  return existsSync(join(INSTALLED, home.folder)) && existsSync(home.program[0]);
}

export const howToInstall = ({ home }: Rival): string => `node bench/peers/setup.mjs ${home.setup}`;

/** The command that runs a rival on so many threads. */
export function commandOf({ home, args, env }: Rival, threads: number): Command {
  const [program, ...options] = home.program;
  return pinned({ program, args: [...options, ...args], env: { ...settings(threads), ...env } }, threads);
}

/** The command that runs ours. */
export function commandOfLocal(threads: number): Command {
  const args = ['--expose-gc', fileURLToPath(new URL('serve-local.js', import.meta.url))];
  return pinned({ program: process.execPath, args, env: { ADAMAX_THREADS: String(threads) } }, threads);
}

/**
 * No process may spin while others are timed. On a machine that is not quiet OpenMP (PyTorch) takes hundreds of times
 * as long where it spins by default. Waiting passively would cost it its speed on a quiet one, so it spins for some
 * microseconds, enough for the next loop of a step; each batch has a longer pause before it.
 */
function settings(threads: number): Record<string, string> {
  const count = String(threads);
  return {
    ADAMAX_PEER_THREADS: count,
    OMP_NUM_THREADS: count,
    MKL_NUM_THREADS: count,
    GOMP_SPINCOUNT: '300',
    KMP_BLOCKTIME: '0',
    ...(threads === 1 ? { XLA_FLAGS: '--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1' } : {}),
    CUDA_VISIBLE_DEVICES: '',
    JAX_PLATFORMS: 'cpu',
    TF_CPP_MIN_LOG_LEVEL: '3',
    TORCHINDUCTOR_CACHE_DIR: join(INSTALLED, '.cache-torch'),
    TORCH_EXTENSIONS_DIR: join(INSTALLED, '.cache-torch', 'extensions'),
    DS_ACCELERATOR: 'cpu',
  };
}

/** One thread is one core, whatever a library thinks of its settings. The driver sleeps meanwhile. */
function pinned(command: Command, threads: number): Command {
  if (threads !== 1 || !existsSync(TASKSET)) return command;
  return { ...command, program: TASKSET, args: ['-c', lastCore(), command.program, ...command.args] };
}

/** The last core that this process may use, since interrupts mostly go to the first. */
function lastCore(): string {
  const allowed = /^Cpus_allowed_list:\t.*?(\d+)$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return allowed?.[1] ?? '0';
}
