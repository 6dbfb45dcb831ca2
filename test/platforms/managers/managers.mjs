import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { emptyFolder, skip } from '../harness.mjs';

/**
 * The package managers, and how each is asked for what the others do too.
 * @param modules - node_modules that holds them
 */
export function managers(modules) {
  const node = process.execPath;
  const inNode = (path) => [node, join(modules, path)];
  const training = [[node, 'training.mjs']];
  const npm = { install: ['install', 'adamax'], frozen: ['ci'], programs: training };
  const pnpm = { install: ['add', 'adamax'], frozen: ['install', '--frozen-lockfile'], programs: training };
  const yarn4 = { install: ['add', 'adamax'], frozen: ['install', '--immutable'] };
  const berry = inNode('@yarnpkg/cli-dist/bin/yarn.js');
  const node22 = join(modules, 'node22/bin/node');
  const bun = join(modules, '@oven/bun-linux-x64/bin/bun');

  return [
    { name: 'npm 10', command: inNode('npm10/bin/npm-cli.js'), ...npm },
    { name: 'npm 11', command: inNode('npm11/bin/npm-cli.js'), ...npm },
    { name: 'npm 12', command: [node22, join(modules, 'npm12/bin/npm-cli.js')], ...npm },
    { name: 'pnpm 10', command: inNode('pnpm10/bin/pnpm.cjs'), ...pnpm },
    { name: 'pnpm 12', command: [join(modules, '@pnpm/exe.linux-x64/pnpm')], ...pnpm },
    {
      name: 'Yarn 1',
      // Of the superuser it would keep the cache outside of HOME, and take an older package of the same version from
      // it.
      env: { YARN_CACHE_FOLDER: emptyFolder('yarn1') },
      command: inNode('yarn1/bin/yarn.js'),
      install: ['add', 'adamax'],
      frozen: ['install', '--frozen-lockfile'],
      programs: training,
    },
    {
      name: "Yarn 4 (Plug'n'Play)",
      command: berry,
      ...yarn4,
      config: { '.yarnrc.yml': 'nodeLinker: pnp\n' },
      programs: [[...berry, 'node', 'training.mjs']],
    },
    {
      name: 'Yarn 4 (node_modules)',
      command: berry,
      ...yarn4,
      config: { '.yarnrc.yml': 'nodeLinker: node-modules\n' },
      programs: training,
    },
    {
      name: 'Bun',
      command: [bun],
      install: ['add', 'adamax'],
      frozen: ['install', '--frozen-lockfile'],
      programs: [...training, [bun, 'training.mjs']],
    },
  ].filter(({ name, command: [program] }) => {
    const isThere = existsSync(program);
    if (!isThere) skip(name, `npm has no ${name} or no Node for it on ${process.platform}-${process.arch}`);
    return isThere;
  });
}
