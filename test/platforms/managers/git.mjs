import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { emptyApp, expectTraining, trained } from '../app.mjs';
import { check, emptyFolder, must, root } from '../harness.mjs';

/**
 * npm makes a package of a repository before it installs it, and of what is committed there: it needs what this
 * checkout needed, and takes as long.
 */
export async function git(modules) {
  const clone = join(emptyFolder('git'), 'adamax');
  must('git', ['clone', '--quiet', root, clone]);
  const folder = await emptyApp('app');
  rmSync(join(folder, '.npmrc')); // What builds the package is in no registry of ours.
  await check('npm 11 install git+file:…', () => {
    const npm = join(modules, 'npm11/bin/npm-cli.js');
    must(process.execPath, [npm, 'install', `git+${pathToFileURL(clone)}`], { cwd: folder });
    expectTraining(process.execPath, ['training.mjs'], { cwd: folder, isa: trained().isa });
  });
}
