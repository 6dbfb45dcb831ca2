/** The MPI addon: where it lies, what it is told before MPI starts, and what crosses its border. */
import { launcherError } from '../../../arguments/errors.js';
import { reasonOf } from '../../../loading/cause.js';
import { environment } from '../../../loading/environment.js';
import { fromFile } from '../../../loading/load.js';
import { packageFolder } from '../../../loading/place.js';
import { fs, path } from '../../../memory/node-modules.js';

/** What a call comes to: undefined for success; what MPI has said; null where nothing is open, or was opened before. */
export type Outcome = undefined | string | null;

/** Exchanges, one after another: a number for the kind, `from`, `to`, and borders or null. */
export type FlatExchanges = readonly unknown[];

export interface World {
  readonly rank: number;
  readonly size: number;
  /** Replicas on this machine. */
  readonly local: number;
  /** This replica's share of the cores of this machine, at least 1. */
  readonly cores: number;
}

/** The addon's exports (native/mpi/addon.cc). */
export interface MpiAddon {
  readonly version: number;
  setDefault(name: string, value: string): void;
  /** Of every job that comes, and the text that is written to stderr where one takes longer. */
  limit(seconds: number, text: string): void;
  /** Blocks until all processes have come. @param mostBytes - that one call of MPI may count */
  open(mostBytes: number): World | string | null;
  run(exchanges: FlatExchanges): Outcome;
  /** A promise of false says that memory has gone meanwhile that was to be written. */
  runAsync(exchanges: FlatExchanges): Promise<Outcome | false> | null;
  leave(): Promise<Outcome> | null;
  exitCode(code: number): void;
}

const VERSION = 1;

/**
 * What is set for MPI where nobody has set it. Open MPI waits by asking again and again, and two replicas that share a
 * core would each ask until the scheduler takes it from them, a thousand times as long as an exchange takes. UCX, which
 * MPICH goes through, puts itself in place of the functions by which V8 gets memory, and of the signal by which V8
 * notices accesses outside the memory of WebAssembly.
 */
const DEFAULTS: Readonly<Record<string, string>> = {
  OMPI_MCA_mpi_yield_when_idle: '1',
  UCX_MEM_EVENTS: 'no',
  UCX_HANDLE_ERRORS: 'none',
};

/** Loads the file that `ADAMAX_MPI_ADDON` names, else the one that was built here. */
export function loadMpi(): MpiAddon {
  const file = addonFile();
  // Of what MPI reads when it is loaded; in a worker, whose environment is a copy, only `setDefault` is heard.
  for (const [name, value] of Object.entries(DEFAULTS)) process.env[name] ??= value;
  let addon: MpiAddon;
  try {
    addon = fromFile(file, misfitOf).addon as MpiAddon;
  } catch (error) {
    throw launcherError(whyNotLoaded(file, error), error);
  }
  for (const [name, value] of Object.entries(DEFAULTS)) addon.setDefault(name, value);
  return addon;
}

function addonFile(): string {
  const named = environment('ADAMAX_MPI_ADDON');
  if (named !== undefined) return path.resolve(named);
  const folder = packageFolder();
  if (folder === null) {
    throw launcherError(
      "ADAMAX_MPI_ADDON must be the path of an adamax_mpi.node where 'adamax' is bundled: received none",
    );
  }
  // A folder of its own: whatever ends in .node in build/Release is taken for the addon that steps.
  const file = path.join(folder, 'build-mpi', 'adamax_mpi.node');
  if (fs.existsSync(file)) return file;
  const command = fs.existsSync(path.join(folder, 'tools', 'mpi.mjs')) ? 'npm run build:mpi' : 'npx adamax build --mpi';
  throw launcherError(
    `the MPI addon must be built where MPI and a C++17 compiler are, by ${command}; ${INSTALL}: received no ${file}`,
  );
}

/** Headers and launcher; a machine that only runs what was built elsewhere needs less. */
const INSTALL = 'on Debian and Ubuntu, apt-get install openmpi-bin libopenmpi-dev installs them';

function misfitOf(addon: object): string | null {
  const { version } = addon as Partial<MpiAddon>;
  return version === VERSION ? null : `version must be ${VERSION}: received ${version}`;
}

function whyNotLoaded(file: string, error: unknown): string {
  const reason = reasonOf(error);
  const isMissing = /lib(mpi|open|pmix|mpich)[^/]*(\.so|\.dylib)/.test(reason);
  const must = isMissing
    ? 'MPI must be installed as it was where the addon was built (Debian, Ubuntu: apt-get install openmpi-bin libopenmpi-dev)'
    : `${file} must be an MPI addon of this version and platform`;
  return `${must}: received ${reason}`;
}
