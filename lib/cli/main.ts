/** `npx adamax`: what this installation runs on, and how to build its binary where none fits. */
import { build } from './build.js';
import { info, infoText } from './info.js';

const USAGE = `adamax info [--json]   which implementation runs here, on what, from which binary
adamax build           builds the binary from source, for a platform that has none
`;

async function main([command, ...rest]: string[]): Promise<number> {
  if (command === 'info' && rest.every((option) => option === '--json')) {
    const found = info();
    process.stdout.write(rest.length > 0 ? `${JSON.stringify(found, null, 2)}\n` : infoText(found));
    return 0;
  }
  if (command === 'build' && rest.length === 0) return build();
  const isHelp = command === undefined || command === 'help' || command === '--help';
  process[isHelp ? 'stdout' : 'stderr'].write(USAGE);
  return isHelp ? 0 : 2;
}

// What the fallback would warn of is what `info` tells.
process.removeAllListeners('warning');
main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    process.stderr.write(`adamax: ${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  },
);
