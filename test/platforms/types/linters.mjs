import { join } from 'node:path';
import { matches, must, tarball } from '../harness.mjs';

/** Whether package.json says of the files what they are; suggestions count. */
export function publint(modules) {
  const { stdout } = must(process.execPath, [join(modules, 'publint/src/cli.js'), tarball(), '--strict']);
  matches(stdout, /All good!/);
}

/** Whether each way to find modules finds code and declarations that agree: no rule and no way is left out. */
export function areTheTypesWrong(modules) {
  const cli = join(modules, '@arethetypeswrong/cli/dist/index.js');
  const { stdout } = must(process.execPath, [cli, tarball(), '--profile', 'strict', '--no-color', '--no-emoji']);
  matches(stdout, /No problems found/);
}
