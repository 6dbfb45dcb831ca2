/** Starts the same task as several replicas, in processes or in threads, and reads what each of them has measured. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Reports, Task } from './tasks/task.js';

export type Engine = 'processes' | 'threads';

/** Seconds after which a job that hangs is ended. */
const LIMIT = 120;

const fileOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const ADDON = fileURLToPath(new URL('../../../build-mpi/adamax_mpi.node', import.meta.url));

/** Why there can be no replicas in processes; null where there can. */
export function missingMpi(): string | null {
  const { status, stdout } = spawnSync('mpirun', ['--version'], { encoding: 'utf8' });
  if (status !== 0 || !stdout.includes('Open MPI')) return 'there is no mpirun of Open MPI';
  return existsSync(process.env.ADAMAX_MPI_ADDON ?? ADDON) ? null : 'npm run build:mpi was not run';
}

/** What each replica reports of a task, by rank. */
export async function replicas<T extends Task>(engine: Engine, count: number, task: T): Promise<Reports[T['kind']][]> {
  const folder = mkdtempSync(join(tmpdir(), 'adamax-bench-'));
  const job = JSON.stringify({ task, folder, count });
  const node = ['--expose-gc', '--no-warnings', fileOf(engine === 'processes' ? 'replica.js' : 'launcher.js'), job];
  const mpirun = ['--oversubscribe', '--bind-to', 'none', '--timeout', String(LIMIT), '-n', String(count)];
  try {
    if (engine === 'processes') await ended('mpirun', [...mpirun, process.execPath, ...node]);
    else await ended(process.execPath, node);
    return Array.from({ length: count }, (_, rank) => JSON.parse(readFileSync(join(folder, `${rank}.json`), 'utf8')));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @throws Error where the job does not end well, with what it has printed */
function ended(command: string, args: readonly string[]): Promise<void> {
  const asRoot = process.getuid?.() === 0 ? { OMPI_ALLOW_RUN_AS_ROOT: '1', OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1' } : {};
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...asRoot, NO_COLOR: '1' };
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const printed: Buffer[] = [];
    child.stdout.on('data', (bytes) => printed.push(bytes));
    child.stderr.on('data', (bytes) => printed.push(bytes));
    const timer = setTimeout(() => child.kill('SIGKILL'), (LIMIT + 10) * 1000);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      if (code === 0) resolve();
      else reject(new Error(`replicas of the bench have ended with ${code}:\n${Buffer.concat(printed)}`));
    });
  });
}
