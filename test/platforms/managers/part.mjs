import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { emptyApp, expectNoScripts, expectTraining, noCompiler, uninstall } from '../app.mjs';
import { check, must, tools } from '../harness.mjs';
import { deno } from './deno.mjs';
import { git } from './git.mjs';
import { managers } from './managers.mjs';

export const title = 'package managers, without a compiler: install, and again from the lock file';

export default async function part() {
  const modules = tools(fileURLToPath(new URL('.', import.meta.url)));
  for (const manager of managers(modules)) await installs(manager);
  await deno(modules);
  await git(modules);
}

/** What each of them does with the packed package in an empty folder. */
async function installs({ name, command, install, frozen, config = {}, programs, env: own }) {
  const env = { ...noCompiler(), ...own };
  const folder = await emptyApp('app');
  const [file, ...args] = command;
  for (const [path, text] of Object.entries(config)) appendFileSync(join(folder, path), text);
  for (const step of [install, frozen]) {
    await check(`${name} ${step.join(' ')}`, () => {
      uninstall(folder);
      expectNoScripts(must(file, [...args, ...step], { cwd: folder, env }));
      for (const [program, ...rest] of programs) expectTraining(program, rest, { cwd: folder, env });
    });
  }
}
