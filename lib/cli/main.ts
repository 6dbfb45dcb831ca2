/**
 * `npx adamax`: what this installation runs on, how to build its binary where none fits, and what is in saved states.
 */
import { describe, isCoded } from '../arguments/errors.js';
import { suggestion } from '../arguments/suggestion.js';
import { build, buildMpi } from './build.js';
import { diff } from './diff.js';
import { importFile } from './import-file.js';
import { flagsText, type ImportRequest, importRequest } from './import-flags.js';
import { info, infoText } from './info.js';
import { inspect, inspectionText } from './inspect.js';
import { verify } from './verify.js';
import { version } from './version.js';

const USAGE = `adamax info [--json]            which implementation runs here, on what, from which binary
adamax build [--mpi]            builds the binary from source, for a platform that has none; or the addon for MPI
adamax inspect FILE [--json]    tensors of a saved state, its step, configs and extra
adamax diff FILE FILE           where two saved states differ; status 0 where they do not, else 1
adamax verify FILE              whether a saved state is what was written; status 1 where it is damaged
adamax import FILE OUT [FLAGS]  makes a saved state of a file of Keras (.keras, .h5) or PyTorch (.safetensors)
adamax --version
`;

const HELP: readonly string[] = ['help', '--help', '-h'];

/** Commands that look into files: 1 is what they say of a file, so that one which cannot be read is 2. */
const LOOK: readonly string[] = ['inspect', 'diff', 'verify'];

async function main(command: string | undefined, rest: readonly string[]): Promise<number> {
  const asJson = rest.includes('--json');
  const forMpi = command === 'build' && rest.includes('--mpi');
  const files = rest.filter((argument) => argument !== '--json' && !(forMpi && argument === '--mpi'));
  const is = (name: string, count: number, json = false) => {
    return (
      command === name && files.length === count && (json || !asJson) && !files.some((file) => file.startsWith('-'))
    );
  };
  if (is('info', 0, true)) return say(asJson ? jsonText(info()) : infoText(info()));
  if (is('build', 0)) return forMpi ? buildMpi() : build();
  if (is('inspect', 1, true)) {
    const { inspection, damage } = inspect(files[0]);
    say(asJson ? jsonText(inspection) : inspectionText(inspection));
    return damage === null ? 0 : fail(damage, 1);
  }
  if (is('diff', 2)) {
    const { text, damages } = diff(files[0], files[1]);
    say(text);
    for (const damage of damages) fail(damage, 2);
    return damages.length > 0 ? 2 : text === '' ? 0 : 1;
  }
  if (is('verify', 1)) return say(verify(files[0]));
  if (command === 'import') return await importBy(rest);
  if (is('--version', 0)) return say(`${version()}\n`);
  if (command === undefined || HELP.includes(command)) return say(`${USAGE}\nFLAGS of import:\n${flagsText()}`);
  process.stderr.write(`adamax: ${misuse(command)}`);
  return 2;
}

async function importBy(rest: readonly string[]): Promise<number> {
  let request: ImportRequest | null;
  try {
    request = importRequest(rest);
  } catch (error) {
    return fail(error, 2);
  }
  if (request !== null) return say(await importFile(request));
  process.stderr.write(`adamax: ${misuse('import')}${flagsText()}`);
  return 2;
}

/** What is told those who misspelled a command, or gave it something else than it takes. */
function misuse(command: string): string {
  const line = USAGE.split('\n').find((of) => `${of} `.startsWith(`adamax ${command} `));
  if (line !== undefined) return `${command} must be given just this:\n${line}\n`;
  const names = [...USAGE.matchAll(/^adamax ([a-z]+)/gm)].map(([, name]) => name);
  return `the command must be one of these${suggestion(command, names)}: received ${describe(command)}\n${USAGE}`;
}

function say(text: string): 0 {
  process.stdout.write(text);
  return 0;
}

/** @returns the status */
function fail(error: unknown, status: number): number {
  process.stderr.write(`adamax: ${error instanceof Error ? error.message : error}\n`);
  return status;
}

function statusOf(error: unknown): number {
  if (!LOOK.includes(command)) return 1;
  return command === 'diff' || (isCoded(error) && error.code === 'ERR_ADAMAX_FILE') ? 2 : 1;
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

// Whoever reads only the beginning, as `head` does, closes the pipe.
process.stdout.on('error', () => undefined);
// What the fallback would warn of is what `info` tells.
process.removeAllListeners('warning');
const [command, ...rest] = process.argv.slice(2);
main(command, rest).then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    process.exitCode = fail(error, statusOf(error));
  },
);
