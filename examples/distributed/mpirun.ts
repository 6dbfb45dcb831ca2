import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../../', import.meta.url);
/** What helps where processes cannot exchange by MPI. */
export const INSTALL = 'Debian, Ubuntu: apt-get install openmpi-bin libopenmpi-dev g++';

/** Builds what processes exchange by, where it is missing; returns why they cannot, in a few words, or null. */
export function whyNoMpi(): string | null {
  const { stdout } = spawnSync('mpirun', ['--version'], { encoding: 'utf8' });
  if (!stdout?.includes('Open MPI')) return 'no mpirun of Open MPI';
  if (process.env.ADAMAX_MPI_ADDON !== undefined) return null;
  if (existsSync(new URL('build-mpi/adamax_mpi.node', ROOT))) return null;
  const { status } = spawnSync('npm', ['run', '--silent', 'build:mpi'], {
    cwd: fileURLToPath(ROOT),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return status === 0 ? null : 'an npm run build:mpi that has failed';
}

/** The command that starts so many processes of Node with a script. */
export function mpirun(processes: number, script: string): string[] {
  return [
    'mpirun',
    // Not one core for each process, and more processes than cores if need be.
    ...['--bind-to', 'none', '--oversubscribe'],
    // In a container one is root, which mpirun refuses unless told.
    ...(process.getuid?.() === 0 ? ['--allow-run-as-root'] : []),
    ...['-n', String(processes), process.execPath, script],
  ];
}
