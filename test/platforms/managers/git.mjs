import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { emptyApp, expectTraining, uninstall } from '../app.mjs';
import { check, emptyFolder, must, root } from '../harness.mjs';

/** npm makes a package of a repository before it installs it; what is committed is what counts. */
export async function git(modules) {
  const clone = join(emptyFolder('git'), 'adamax');
  must('git', ['clone', '--quiet', root, clone]);
  const folder = emptyApp('app');
  const npm = (...args) => must(process.execPath, [join(modules, 'npm11/bin/npm-cli.js'), ...args], { cwd: folder });
  const address = `git+${pathToFileURL(clone)}`;
  for (const step of [['install', address], ['ci']]) {
    await check(`npm ${step[0]} of a git repository`, () => {
      uninstall(folder);
      npm(...step);
      expectTraining(process.execPath, ['training.mjs'], { cwd: folder, isa: null });
    });
  }
}
