import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { emptyApp, expectNoScripts, expectTraining, noCompiler, uninstall } from '../app.mjs';
import { check, matches, must, skip } from '../harness.mjs';

/** Nothing less gives the native binary. */
const NEEDED = ['--allow-ffi', '--allow-read'];

/** Deno gives a program nothing that it was not told to give. */
export async function deno(modules) {
  const program = join(modules, '@deno/linux-x64-glibc/deno');
  if (!existsSync(program)) return skip('Deno', `npm has no Deno for ${process.platform}-${process.arch}`);
  const folder = await emptyApp('deno');
  const env = { ...noCompiler(), NO_COLOR: '1' };
  const options = { cwd: folder, env };
  const training = (flags, more) => {
    return expectTraining(program, ['run', '--no-prompt', ...flags, 'training.mjs'], { ...options, ...more });
  };

  for (const step of [
    ['add', 'npm:adamax'],
    ['install', '--frozen'],
  ]) {
    await check(`Deno ${step.join(' ')}`, () => {
      uninstall(folder);
      expectNoScripts(must(program, step, options));
      training(['--allow-all']);
    });
  }
  await check(`Deno run ${NEEDED.join(' ')}`, () => training(NEEDED));
  for (const missing of NEEDED) {
    const flags = NEEDED.filter((flag) => flag !== missing);
    await check(`Deno run without ${missing}: the fallback, and a word of why`, () => {
      matches(training(flags, { isa: 'js' }), new RegExp(`ADAMAX_NO_NATIVE.*${missing}`, 's'), 'warning');
    });
  }
  await check('Deno run with no permission at all', () => training([], { isa: 'js' }));
}
