import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { emptyApp, expectNoScripts, expectTraining, noCompiler, uninstall } from '../app.mjs';
import { check, must } from '../harness.mjs';

export const title = 'npm of this machine, without a compiler';

export default async function part() {
  const env = noCompiler();
  const folder = await emptyApp('install');
  const npm = (...args) => expectNoScripts(must('npm', args, { cwd: folder, env }));
  const training = (options) => expectTraining(process.execPath, ['training.mjs'], { cwd: folder, env, ...options });

  await check('npm install', () => {
    npm('install', 'adamax');
    training();
  });
  await check('npm ci, which knows of the package what the lock file says', () => {
    uninstall(folder);
    npm('ci');
    training();
  });
  await check('npm install --ignore-scripts', () => {
    uninstall(folder);
    npm('install', '--ignore-scripts');
    training();
  });
  await check('nothing was built, and nothing is there to build in passing', () => {
    for (const name of ['build', 'binding.gyp']) {
      const path = join(folder, 'node_modules', 'adamax', name);
      if (existsSync(path)) throw new Error(`node_modules/adamax/${name} must not be there`);
    }
  });
  await check('the same training without a binary', () => {
    rmSync(join(folder, 'node_modules', 'adamax', 'prebuilds'), { recursive: true, force: true });
    training({ isa: 'js' });
  });
}
