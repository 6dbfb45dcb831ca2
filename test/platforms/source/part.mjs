import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { emptyApp, expectTraining, trained } from '../app.mjs';
import { check, matches, must, run } from '../harness.mjs';

export const title = 'a package that has no binary for this platform, and is built by its user';

export default async function part() {
  const folder = await emptyApp("it's a path");
  must('npm', ['install', 'adamax'], { cwd: folder });
  rmSync(join(folder, '.npmrc')); // What builds the package is in no registry of ours.
  rmSync(join(folder, 'node_modules', 'adamax', 'prebuilds'), { recursive: true });
  let command;

  await check('the warning names a command', () => {
    const warning = expectTraining(process.execPath, ['training.mjs'], { cwd: folder, isa: 'js' });
    [, command] = /run: (node .* build)$/m.exec(warning) ?? [];
    if (command === undefined) throw new Error(`it must: received ${warning}`);
  });
  await check('which builds the binary, from any folder', () => {
    const { stdout } = must('sh', ['-c', command]);
    matches(stdout, /\(built here\)/);
    expectTraining(process.execPath, ['training.mjs'], { cwd: folder, isa: trained().isa });
  });
  await check('and so does npx adamax build', () => {
    rmSync(join(folder, 'node_modules', 'adamax', 'build'), { recursive: true });
    must('npx', ['adamax', 'build'], { cwd: folder });
    expectTraining(process.execPath, ['training.mjs'], { cwd: folder, isa: trained().isa });
  });
  await check('or says what is missing where there is no compiler', () => {
    const env = { CXX: 'no-such-compiler', CC: 'no-such-compiler' };
    const { code, stderr } = run('npx', ['adamax', 'build'], { cwd: folder, env });
    if (code !== 1) throw new Error(`it must end with code 1: received ${code}`);
    matches(stderr, /^adamax: the native addon could not be built: see above/m);
  });
}
