import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expectTraining } from '../app.mjs';
import { check, equal, must, skip, tools } from '../harness.mjs';
import { folders, readOnly } from './folders.mjs';
import { jest, vitest } from './runners.mjs';

export const title = 'versions of Node, and ways to start them';

export default async function part() {
  const modules = tools(fileURLToPath(new URL('.', import.meta.url)));
  const found = readdirSync(modules).filter((name) => existsSync(join(modules, name, 'bin', 'node')));
  if (found.length === 0) skip('other versions of Node', `npm has none for ${process.platform}-${process.arch}`);
  for (const node of found.map((name) => join(modules, name, 'bin', 'node'))) await runs(node, modules);
}

async function runs(node, modules) {
  const name = `Node ${must(node, ['--version']).stdout.trim().slice(1)}`;
  const { plain, odd } = folders();
  const training = (...args) => expectTraining(node, [...args, 'training.mjs'], { cwd: plain });
  const fallback = (...args) => expectTraining(node, [...args, 'training.mjs'], { cwd: plain, isa: 'js' });

  await check(`${name}: import`, () => training());
  await check(`${name}: require, which gives what import gives`, () => {
    const source = "import('adamax').then(({ Adamax }) => console.log(Adamax === require('adamax').Adamax))";
    equal(must(node, ['--eval', source], { cwd: plain }).stdout.trim(), 'true', 'whether there is one Adamax');
  });
  await check(`${name}: worker thread`, () => {
    const source = "new (require('node:worker_threads').Worker)('./training.mjs')";
    expectTraining(node, ['--eval', source], { cwd: plain });
  });
  await check(`${name}: --no-addons`, () => fallback('--no-addons'));
  await check(`${name}: the permission model`, () => {
    const model = name.startsWith('Node 20.') ? '--experimental-permission' : '--permission';
    fallback(model, '--allow-fs-read=*');
    if (model === '--permission') training(model, '--allow-fs-read=*', '--allow-addons');
  });
  await check(`${name}: a path with a space and umlauts`, () => expectTraining(node, ['training.mjs'], { cwd: odd }));
  const sealed = readOnly(plain);
  if (sealed === null) skip(`${name}: a read-only folder`, 'this system lets nobody mount one');
  else await check(`${name}: a read-only folder`, () => expectTraining(...sealed(node, ['training.mjs'])));
  await check(`${name}: Jest, in its default mode`, () => jest(node, modules));
  await check(`${name}: Vitest`, () => vitest(node, modules));
}
