import { isCheckout } from './place.js';
import { platformText } from './platform.js';

/** Why there is no addon, as far as it decides what helps. */
export type Cause =
  | 'forbidden' // the process may not load addons
  | 'explicit' // what ADAMAX_NATIVE names does not load
  | 'bundled' // the code was bundled, and the binary was not
  | 'carried' // the binary was bundled, too, and does not load from there
  | 'pruned' // a dependency of the package has gone
  | 'none' // no binary for this platform
  | 'not executable' // the file system forbids it
  | 'unfit'; // a binary that is broken, of another machine, or of another version

/** The error of code that was bundled without a binary. */
export const BUNDLED = 'its code was bundled, without the binary';

/** What an error tells of the cause, where it tells any. */
const TELLING: readonly (readonly [Cause, RegExp])[] = [
  ['forbidden', /ERR_DLOPEN_DISABLED|ERR_ACCESS_DENIED|NotCapable/],
  ['pruned', /Cannot find module 'node-gyp-build'/],
  ['none', /No native build was found/],
  ['bundled', new RegExp(BUNDLED)],
  ['not executable', /failed to map segment|Operation not permitted/],
];

/** @param otherwise - the cause, where the error does not tell it */
export function causeOf(error: unknown, otherwise: Cause): Cause {
  const { code, name, message } = (error ?? {}) as { code?: unknown; name?: unknown; message?: unknown };
  const text = `${code} ${name} ${message}`;
  const found = TELLING.find(([, telling]) => telling.test(text))?.[0] ?? otherwise;
  // What a build or an installation would mend is not in the way of a file that was named, or carried along.
  return otherwise === 'unfit' || found === 'forbidden' || found === 'not executable' ? found : otherwise;
}

/** What error messages say, in a line. */
export function reasonOf(error: unknown): string {
  const [line] = `${error instanceof Error ? error.message : error}`.split('\n');
  return /^No native build was found/.test(line) ? `there is no binary for ${platformText()}` : line;
}

/**
 * What helps; a command only where one does.
 * @param folder - of the package; null where it is not known
 */
export function remedyFor(cause: Cause, folder: string | null): string {
  switch (cause) {
    case 'forbidden':
      return 'Native steps need a process that may load addons: no --no-addons; with --permission, --allow-addons and --allow-fs-read for the package; in Deno, --allow-ffi and --allow-read.';
    case 'explicit':
      return "ADAMAX_NATIVE must be the path of an adamax.node of this version and platform; without it the package's own is taken.";
    case 'bundled':
      return "Leave 'adamax' external, import it as 'adamax/prebuilt', or set ADAMAX_NATIVE to the path of an adamax.node.";
    case 'carried':
      return 'docs/bundlers.md says what each bundler needs to carry the binary; or set ADAMAX_NATIVE to the path of an adamax.node.';
    case 'not executable':
      return 'The binary must lie on a file system from which programs may be run (no noexec).';
    case 'pruned':
      return 'Install the dependencies of the package again: npm install';
    case 'none':
    case 'unfit':
      return `To build the binary here, which needs ${needed()}, run: ${buildCommand(folder)}`;
  }
}

function needed(): string {
  return process.platform === 'win32' ? 'Python 3 and Visual Studio' : 'Python 3, make and a C++17 compiler';
}

function buildCommand(folder: string | null): string {
  if (folder === null) return 'npx adamax build';
  // By its path it runs from wherever the user is, and whatever has installed it.
  return isCheckout(folder)
    ? `npm --prefix ${quoted(folder)} run build`
    : `node ${quoted(`${folder}/dist/cli/main.js`)} build`;
}

/** A path as a shell takes it for one word. */
function quoted(path: string): string {
  if (process.platform === 'win32') return `"${path}"`;
  return /^[\w@%+:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
