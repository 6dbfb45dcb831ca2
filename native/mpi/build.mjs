/**
 * Builds the MPI addon. It takes a compiler and the headers of Node-API, and neither node-gyp nor Python: flags and
 * defines are those of the other addon, in ../binding.gyp.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findMpi, INSTALL } from './find-mpi.mjs';

const here = dirname(fileURLToPath(import.meta.url));

export const SOURCES = [
  'mpi/addon.cc',
  'mpi/arguments.cc',
  'mpi/communicator.cc',
  'mpi/ending.cc',
  'mpi/exchange.cc',
  'mpi/queue.cc',
  'mpi/thread.cc',
  'mpi/watchdog.cc',
  'runtime/cores.cc',
];

/** The C++ bindings of MPI, which were dropped from it, would need exceptions. */
const DEFINES = ['OMPI_SKIP_MPICXX=1', 'MPICH_SKIP_MPICXX=1'];

/**
 * @param headers - the folder of node_api.h
 * @param output - where the addon goes; the folder is made
 * @param native - the folder of sources
 * @returns the MPI that it was built for, as `findMpi` does
 * @throws Error whose message says what is missing, or that the compiler, which has told why, could not
 */
export function buildMpi({ headers, output, native = dirname(here) }) {
  const mpi = checkMpi();
  const compiler = process.env.CXX || 'c++';
  const work = `${output}.${process.pid}.tmp`;
  mkdirSync(dirname(output), { recursive: true });
  const args = [
    ...[...compileFlags(native), ...mpi.compile, `-I${headers}`, '-fPIC', '-pthread', '-shared'],
    ...(process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : []),
    ...SOURCES.map((source) => join(native, source)),
    ...['-o', work, ...mpi.link, '-ldl'],
  ];
  const { status, error } = spawnSync(compiler, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) {
    rmSync(work, { force: true });
    const why = error === undefined ? 'see above what the compiler says' : error.message;
    throw new Error(`the MPI addon could not be built by ${compiler}, a C++17 compiler: ${why}`);
  }
  renameSync(work, output); // a process may have the old one loaded
  return mpi;
}

/** What a compiler is told of every source of the addon, but for where MPI and Node-API are. */
export function compileFlags(native) {
  const {
    defines,
    cflags_cc: flags,
    conditions,
  } = JSON.parse(readFileSync(join(native, 'binding.gyp'), 'utf8')).targets[0];
  const baseline =
    conditions.find(([when]) => when === `OS!='win' and target_arch=='${process.arch}'`)?.[1].cflags_cc ?? [];
  return [...flags, ...baseline, ...[...defines, ...DEFINES].map((define) => `-D${define}`), `-I${native}`];
}

/** @throws Error that says how MPI is installed, where there is none */
export function checkMpi() {
  const mpi = process.platform === 'win32' ? null : findMpi();
  if (mpi !== null) return mpi;
  const asked = process.env.ADAMAX_MPI;
  const found = asked === undefined || asked === '' ? `no mpicc on ${process.platform}` : `ADAMAX_MPI=${asked}`;
  throw new Error(`MPI with its headers must be installed (${INSTALL}): received ${found}`);
}
