import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { inOwnFolder } from '../support/folder.js';
import { root } from '../support/process.js';
import { pathOf } from './files.js';

const pathIn = inOwnFolder();

/** Runs a script beside an installation of this package, and of h5wasm if it is to be there. */
function run(script: string, withH5wasm: boolean): unknown {
  const installed = pathIn('node_modules/adamax');
  cpSync(join(root, 'dist'), join(installed, 'dist'), {
    recursive: true,
    filter: (name) => !/\.(map|d\.ts)$/.test(name),
  });
  cpSync(join(root, 'package.json'), join(installed, 'package.json'));
  const others = ['node-gyp-build', ...(withH5wasm ? ['h5wasm'] : [])];
  mkdirSync(pathIn('node_modules'), { recursive: true });
  for (const name of others) symlinkSync(join(root, 'node_modules', name), pathIn(`node_modules/${name}`), 'junction');
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: pathIn('.'),
    encoding: 'utf8',
    env: { ...process.env, ADAMAX_ISA: 'js' },
  });
  expect(stderr).to.equal('');
  expect(status).to.equal(0);
  return JSON.parse(stdout);
}

describe('import: h5wasm', () => {
  const read = `
    import * as adamax from 'adamax';
    import { importKeras, importTorch } from 'adamax/import';
    const read = async (read, path) => {
      try {
        return (await read(path)).iterations;
      } catch ({ code, message, cause }) {
        return { code, message, cause: typeof cause };
      }
    };
    const keras = await read(importKeras, ${JSON.stringify(pathOf('adamax.keras'))});
    const torch = await read(importTorch, ${JSON.stringify(pathOf('adamax.safetensors'))});
    console.log(JSON.stringify({ keras, torch }));
  `;

  it('is needed by importKeras alone, which says how to install it', () => {
    const { keras, torch } = run(read, false) as { keras: Record<string, string>; torch: number };
    expect(torch).to.equal(20);
    expect(keras).to.include({ code: 'ERR_ADAMAX_DEPENDENCY' });
    expect(keras.message).to.match(/^importKeras needs h5wasm: npm install h5wasm: received/);
  });

  it('is found where it is installed beside', () => {
    expect(run(read, true)).to.deep.equal({ keras: 20, torch: 20 });
  });
});
