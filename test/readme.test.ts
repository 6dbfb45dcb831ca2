import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { root, runModule } from './support/process.js';

/** Every code block of these pages that a reader can run is run, as it stands there. */
for (const page of ['README.md', 'docs/gradient-engines.md', 'docs/saving.md']) describe(page, () => runs(page));

function runs(page: string): void {
  const text = readFileSync(join(root, page), 'utf8');
  const blocks = [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language, code]) => ({ language, code }));
  const modules = blocks.filter(({ language }) => language === 'js' || language === 'ts');

  it('has code to run, and no block of a language that this test does not know', () => {
    expect(modules).to.have.length.greaterThan(0);
    expect(blocks.filter(({ language }) => !['js', 'ts', 'sh', 'text'].includes(language))).to.deep.equal([]);
  });

  // Modules run in the folder in which `adamax` is this package, and some write there.
  afterEach(() => rmSync(join(root, 'training.safetensors'), { force: true }));

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
