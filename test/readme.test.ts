import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { root, runModule } from './support/process.js';

/** Every code block of these pages that a reader can run is run, as it stands there. */
const PAGES = ['README.md', 'docs/gradient-engines.md', 'docs/saving.md', 'docs/importing.md'];
for (const page of PAGES) describe(page, () => runs(page));

/** What readers have, by the name that pages call it. */
const FILES = { 'model.keras': 'adamax.keras', 'torch.safetensors': 'adamax.safetensors' };

function runs(page: string): void {
  const text = readFileSync(join(root, page), 'utf8');
  const blocks = [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language, code]) => ({ language, code }));
  const modules = blocks.filter(({ language }) => language === 'js' || language === 'ts');

  it('has code to run, and no block of a language that this test does not know', () => {
    expect(modules).to.have.length.greaterThan(0);
    expect(blocks.filter(({ language }) => !['js', 'ts', 'sh', 'text', 'py'].includes(language))).to.deep.equal([]);
  });

  // Modules run in the folder in which `adamax` is this package, and some read or write there.
  before(() => {
    if (page !== 'docs/importing.md') return;
    for (const [name, file] of Object.entries(FILES)) {
      copyFileSync(join(root, 'test', 'golden', 'import', file), join(root, name));
    }
  });
  afterEach(() => rmSync(join(root, 'training.safetensors'), { force: true }));
  after(() => {
    for (const name of Object.keys(FILES)) rmSync(join(root, name), { force: true });
  });

  modules.forEach(({ code }, i) => {
    it(`block ${i + 1} runs and prints what its comments say`, () => {
      const { code: exit, stdout, stderr } = runModule(code);
      expect({ exit, stderr }).to.deep.equal({ exit: 0, stderr: '' });
      const promised = [...code.matchAll(/console\.log\(.*\);\s*\/\/ (.*)$/gm)].map(([, line]) => line);
      expect(stdout.trimEnd().split('\n')).to.deep.equal(promised.length > 0 ? promised : ['']);
    });
  });

  it('names only scripts that there are', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const named = [...text.matchAll(/npm (?:run )?(start|test|[a-z:]+(?:-[a-z]+)*)\b/g)].map(([, name]) => name);
    for (const name of new Set(named)) {
      if (!['install', 'ci', 'i', 'registry', 'tarball', 'package', 'packages'].includes(name))
        expect(scripts).to.have.property(name);
    }
  });
}

describe('docs/importing.md', () => {
  it('has the lines of Python by which the files of test/golden were saved', () => {
    const [, lines] = /^```py\n([\s\S]*?)^```$/m.exec(readFileSync(join(root, 'docs/importing.md'), 'utf8')) ?? [];
    const recorder = readFileSync(join(root, 'test', 'golden', 'record_import_torch.py'), 'utf8');
    const own = lines.split('\n').filter((line) => line !== '');
    expect(own).to.have.length.greaterThan(5);
    for (const line of own)
      expect(recorder.split('\n').map((one) => one.trim())).to.include(line.replace('"torch.safetensors"', 'path'));
  });
});
