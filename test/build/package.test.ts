import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { root, runModule } from '../support/process.js';

/** What `npm pack` would publish, unpacked where no compiler and no script will touch it. */
describe('the published package', function () {
  this.timeout(60000);
  let folder: string;
  let files: string[];

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'adamax-package-'));
    const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
    const packed = spawnSync('npm', args, { cwd: root, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } });
    const [{ filename, files: list }] = Object.values(JSON.parse(packed.stdout)) as {
      filename: string;
      files: { path: string }[];
    }[];
    files = list.map(({ path }) => path);
    spawnSync('tar', ['xzf', join(folder, filename), '-C', folder]);
    const installed = join(folder, 'node_modules', 'adamax');
    cpSync(join(folder, 'package'), installed, { recursive: true });
    cpSync(join(root, 'node_modules', 'node-gyp-build'), join(folder, 'node_modules', 'node-gyp-build'), {
      recursive: true,
    });
    // What lies in prebuilds/ may be of older sources, or nothing; the addon under test goes where it would be.
    const loader = createRequire(import.meta.url)('node-gyp-build') as { resolve(directory: string): string };
    const prebuilds = join(installed, 'prebuilds');
    rmSync(prebuilds, { recursive: true, force: true });
    mkdirSync(join(prebuilds, `${process.platform}-${process.arch}`), { recursive: true });
    cpSync(loader.resolve(root), join(prebuilds, `${process.platform}-${process.arch}`, 'adamax.node'));
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it('holds what a user needs and nothing of ours', () => {
    for (const file of [
      'package.json',
      'README.md',
      'LICENSE',
      'CHANGELOG.md',
      'native/binding.gyp',
      'dist/index.js',
      'dist/index.d.ts',
      'dist/adamax.js',
      'dist/adamax.js.map',
      'dist/kernels.js',
      'dist/kernels.d.ts',
      'lib/index.ts',
      'native/binding/addon.cc',
      'native/kernels/adamax-inl.h',
    ]) {
      expect(files).to.include(file);
    }
    expect(
      files.filter((file) =>
        /^(binding\.gyp|test|bench(?!\/\w+\.svg$)|examples|tools|out|build|\.ci)\b|internals|tsconfig|tsbuildinfo/.test(
          file,
        ),
      ),
    ).to.deep.equal([]);
  });

  it('loads by import and by require, without any script having run', () => {
    const source = `
      import { createRequire } from 'node:module';
      import { Adamax } from 'adamax';
      import * as kernels from 'adamax/kernels';
      const required = createRequire(process.cwd() + '/x.js')('adamax');
      const p = new Float32Array([1]);
      new required.Adamax({ learningRate: 0.5 }).applyGradients([[new Float32Array([1]), p]]);
      process.stdout.write([Adamax === required.Adamax, kernels.isa(), p[0].toFixed(2)].join());
    `;
    const { stdout } = runModule(source, { NODE_OPTIONS: '--no-warnings' }, folder);
    expect(stdout).to.match(/^true,(?!js)\w+,0\.50$/);
  });

  it('has stack traces that lead to the TypeScript sources in it', () => {
    const source = `import { Adamax } from 'adamax'; new Adamax({ beta1: 2 });`;
    const { stderr } = runModule(source, { NODE_OPTIONS: '--enable-source-maps --no-warnings' }, folder);
    expect(stderr).to.match(/RangeError: beta1 must be in \[0, 1\): received 2/);
    const frames = [...stderr.matchAll(/^ {4}at .*node_modules\/adamax\/(.+):(\d+):\d+\)?$/gm)];
    expect(frames.map(([, file]) => file)).to.include.members(['lib/arguments/ranges.ts', 'lib/optimizers/adamax.ts']);
    for (const [, file, line] of frames) {
      expect(files, file).to.include(file);
      const text = readFileSync(join(folder, 'node_modules', 'adamax', file), 'utf8').split('\n')[Number(line) - 1];
      expect(text, `${file}:${line}`).to.match(/throw |new |super\(|\w\(/);
    }
  });
});
