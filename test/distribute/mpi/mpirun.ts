/** Starts small programs under mpirun. Where there is none, tests are left out, and say so. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { elsewhere, root } from '../../support/process.js';
import type { TwoHosts } from './two-hosts.js';

export interface Ended {
  /** Of mpirun. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
  /** What ranks have reported, in the order of their ranks. */
  readonly ranks: readonly Report[];
}

export type Report = Readonly<Record<string, unknown>> & { readonly rank: number };

/** Seconds that a job may take. */
const LIMIT = 60;

let missing: string | null | undefined;

/** Leaves out a block of tests where MPI is missing. It builds the addon once, as users do. */
export function needsMpi(context: Mocha.Context): void {
  if (missing === undefined) {
    missing = whatIsMissing();
    if (missing !== null) process.stderr.write(`adamax: tests of MPI are left out: ${missing}\n`);
  }
  if (missing !== null) context.skip();
}

function whatIsMissing(): string | null {
  const version = spawnSync('mpirun', ['--version'], { encoding: 'utf8' });
  if (version.status !== 0 || !version.stdout.includes('Open MPI')) return 'there is no mpirun of Open MPI';
  if (process.env.ADAMAX_MPI_ADDON !== undefined || isCurrent()) return null;
  const build = spawnSync('npm', ['run', 'build:mpi'], { cwd: root, encoding: 'utf8' });
  return build.status === 0 ? null : `npm run build:mpi has failed: ${build.stderr.trim().split('\n').at(-1)}`;
}

function isCurrent(): boolean {
  const addon = join(root, 'build-mpi', 'adamax_mpi.node');
  const sources = join(root, 'native', 'mpi');
  if (!existsSync(addon)) return false;
  return readdirSync(sources).every((file) => statSync(join(sources, file)).mtimeMs <= statSync(addon).mtimeMs);
}

/** The environment of a job: root may not start one otherwise, and a terminal of its own would have colours. */
export function jobEnvironment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const asRoot = process.getuid?.() === 0 ? { OMPI_ALLOW_RUN_AS_ROOT: '1', OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1' } : {};
  return { ...elsewhere(), ...asRoot, NO_COLOR: '1', ...more };
}

export interface Job {
  readonly ranks: number;
  /** A file of programs/. */
  readonly program: string;
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Leaves out mpirun: the program is started as it is. */
  readonly bare?: boolean;
  /** Other hosts than this machine. */
  readonly hosts?: TwoHosts;
  /** Is called once, when all ranks have reported. */
  readonly underWay?: () => void;
  /** Seconds after which mpirun itself ends the job. */
  readonly limit?: number;
  /** More options of mpirun. */
  readonly options?: readonly string[];
  /** Binds each rank to a core of its own, as mpirun does where it is not told otherwise. */
  readonly bound?: boolean;
}

/** Runs a program as so many ranks. Whatever becomes of it, nothing of the job is left when this returns. */
export function run({ ranks, program, args = [], env, bare = false, bound = false, ...job }: Job): Promise<Ended> {
  const { hosts, underWay, limit = LIMIT, options = [] } = job;
  const script = join(root, 'out', 'test', 'distribute', 'mpi', 'programs', `${program}.js`);
  const node = [process.execPath, script, ...args];
  const places = [
    '--oversubscribe',
    '--bind-to',
    bound ? 'core' : 'none',
    '--timeout',
    String(limit),
    '-n',
    String(ranks),
    ...(hosts?.options ?? []),
    ...options,
  ];
  const [command, ...rest] = bare ? node : [...(hosts?.command ?? []), 'mpirun', ...places, ...node];
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    // A group of its own: what does not end by itself is ended with all that it has started.
    const child = spawn(command, rest, { cwd: root, env: jobEnvironment(env), detached: true, stdio: 'pipe' });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let isUnderWay = false;
    child.stdout.on('data', (bytes) => {
      out.push(bytes);
      if (underWay === undefined || isUnderWay || reportsIn(textOf(out)).length < ranks) return;
      isUnderWay = true;
      underWay();
    });
    child.stderr.on('data', (bytes) => err.push(bytes));
    const endGroup = () => {
      try {
        process.kill(-(child.pid as number), 'SIGKILL');
      } catch {
        // It has ended.
      }
    };
    const timer = setTimeout(endGroup, (limit + 10) * 1000);
    child.on('error', reject);
    // What is left there would keep the pipes open.
    child.on('exit', () => hosts?.end());
    child.on('close', (code) => {
      clearTimeout(timer);
      endGroup();
      const [stdout, stderr] = [out, err].map(textOf);
      resolve({ code, stdout, stderr, seconds: (performance.now() - begun) / 1000, ranks: reportsIn(stdout) });
    });
  });
}

function textOf(all: readonly Buffer[]): string {
  return Buffer.concat(all).toString().replaceAll('\0', '');
}

function reportsIn(stdout: string): Report[] {
  const reports = [...stdout.matchAll(/^RANK (\{.*\})\r?$/gm)].map(([, json]) => JSON.parse(json) as Report);
  return reports.sort((a, b) => a.rank - b.rank);
}

/** Throws unless the job has ended well, with a report of every rank: a code of 0 alone proves nothing. */
export function expectAll(ended: Ended, ranks: number): void {
  const all = `${ended.stdout}\n${ended.stderr}`;
  expect(
    ended.ranks.map(({ rank }) => rank),
    all,
  ).to.deep.equal(Array.from({ length: ranks }, (_, rank) => rank));
  expect(ended.code, all).to.equal(0);
}
