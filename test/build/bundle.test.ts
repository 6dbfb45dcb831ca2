import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as adamax from 'adamax';
import { isa, setIsa } from 'adamax/kernels';
import { expect } from 'chai';
import { loadBinding } from '#internals';
import { root, runModule } from '../support/process.js';

/** The modules of this package that a process has loaded after it ran `source`. */
function modulesLoadedBy(source: string): string[] {
  const list = `
    import { createRequire } from 'node:module';
    process.stdout.write(Object.keys(createRequire('/x.js').cache).join('\\n'));`;
  const { code, stdout } = runModule(`${source}${list}`);
  expect(code).to.equal(0);
  return stdout.split('\n').map((file) => file.slice(file.lastIndexOf('/dist/') + 1));
}

describe('the bundle', () => {
  it('loads in two files by either entry, and in three by both', () => {
    expect(modulesLoadedBy("import 'adamax';")).to.have.members(['dist/index.js', 'dist/adamax.js']);
    expect(modulesLoadedBy("import 'adamax/kernels';")).to.have.members(['dist/kernels.js', 'dist/adamax.js']);
    expect(modulesLoadedBy("import 'adamax'; import 'adamax/kernels';")).to.have.length(3);
  });

  it('has what only users of a guest need in a file of that', () => {
    for (const guest of ['checkpoint', 'distribute', 'report']) {
      const files = [`dist/${guest}/index.js`, `dist/${guest}.js`, 'dist/adamax.js'];
      expect(modulesLoadedBy(`import 'adamax/${guest}';`)).to.have.members(files);
    }
  });

  it('leaves no other script in dist/', () => {
    const scripts = readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' });
    expect(scripts.filter((file) => /\.[cm]?js$/.test(file))).to.have.members([
      'adamax.js',
      'checkpoint.js',
      'distribute.js',
      'report.js',
      'cli/main.js',
      'index.js',
      'internals.js',
      'kernels.js',
      'checkpoint/index.js',
      'distribute/index.js',
      'import/hdf5/worker.js',
      'import/index.js',
      'no-addons/checkpoint.js',
      'no-addons/distribute.js',
      'no-addons/report.js',
      'report/index.js',
      'no-addons/import.js',
      'no-addons/tfjs.js',
      'tfjs/index.js',
      'no-addons/index.js',
      'no-addons/kernels.js',
      'prebuilt.js',
    ]);
  });

  it('requires nothing when it is loaded but its own files: in what esbuild makes of it, that would throw', () => {
    const entries = [
      'index',
      'kernels',
      'prebuilt',
      'import/index',
      'distribute/index',
      'report/index',
      'no-addons/index',
      'no-addons/kernels',
    ];
    for (const name of ['adamax', 'checkpoint', 'distribute', 'report', ...entries]) {
      const code = readFileSync(join(root, 'dist', `${name}.js`), 'utf8');
      const atOnce = [...code.matchAll(/^(?!\s).*\brequire\("([^"]+)"\)/gm)].map(([, module]) => module);
      expect(atOnce.filter((module) => !/^\.\.?\/\w+\.js$/.test(module))).to.deep.equal([]);
      expect(code).to.not.match(/import\.meta|\brequire\("node:/);
    }
  });

  it('has one state: what setIsa of adamax/kernels says, an optimizer of adamax does', function () {
    const { binding } = loadBinding();
    if (binding === null) this.skip();
    const { plan } = binding;
    const before = isa();
    let nativePlans = 0;
    const step = () => new adamax.Adamax().applyGradients([[new Float32Array(4), new Float32Array(4)]]);
    try {
      binding.plan = (...args) => {
        nativePlans++;
        return plan(...args);
      };
      setIsa('portable');
      step();
      expect(nativePlans, 'native').to.equal(1);
      setIsa('js');
      step();
      expect(nativePlans, 'js').to.equal(1);
    } finally {
      binding.plan = plan;
      setIsa(before);
    }
  });

  it('keeps the names of the public classes, which configs are written by', () => {
    const { initializers, optimizers, schedules, default: _, ...top } = adamax as typeof adamax & { default: unknown };
    for (const [name, value] of Object.entries({ ...initializers, ...optimizers, ...schedules, ...top })) {
      if (/^[A-Z]/.test(name)) expect((value as { name: string }).name).to.equal(name);
    }
    expect(Object.keys(top)).to.include.members(['Adamax', 'Optimizer', 'Variable']);
    expect(Object.keys(schedules)).to.include('CosineDecay');
  });
});
