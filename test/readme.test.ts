import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { blocksOf, promised, runBlock } from './support/pages.js';
import { root } from './support/process.js';

/** Every code block of these pages that a reader can run is run, as it stands there. */
const PAGES = [
  'README.md',
  'docs/api.md',
  'docs/async-and-threads.md',
  'docs/getting-started.md',
  'docs/gradient-engines.md',
  'docs/importing.md',
  'docs/own-optimizer.md',
  'docs/report.md',
  'docs/saving.md',
  'docs/schedules.md',
  'docs/sparse.md',
  'docs/state.md',
  'docs/training-loop.md',
];
for (const page of PAGES) describe(page, () => runs(page));

/** What readers have, by the name that pages call it. */
const FILES = {
  'model.keras': 'adamax.keras',
  'torch.safetensors': 'adamax.safetensors',
  'sgd.safetensors': 'sgd.safetensors',
};

/** What programs leave. */
const LEFT = [
  'training.safetensors',
  'first.safetensors',
  'groups.safetensors',
  'resume.safetensors',
  'report.html',
  'report.svg',
];

function runs(page: string): void {
  const text = readFileSync(join(root, page), 'utf8');
  const blocks = blocksOf(page);
  const programs = blocks.filter(({ language }) => language === 'js');

  it('has code to run, and no block of a language that this test does not know', () => {
    expect(programs).to.have.length.greaterThan(0);
    expect(blocks.filter(({ language }) => !['js', 'ts', 'sh', 'text', 'py'].includes(language))).to.deep.equal([]);
  });

  // Modules run in the folder in which `adamax` is this package, and some read or write there.
  before(() => {
    if (page !== 'docs/importing.md') return;
    for (const [name, file] of Object.entries(FILES)) {
      copyFileSync(join(root, 'test', 'golden', 'import', file), join(root, name));
    }
  });
  afterEach(() => {
    for (const name of LEFT) rmSync(join(root, name), { force: true });
  });
  after(() => {
    for (const name of Object.keys(FILES)) rmSync(join(root, name), { force: true });
  });

  programs.forEach(({ code }, i) => {
    it(`block ${i + 1} runs and prints what its comments say`, () => {
      const { code: exit, stdout, stderr } = runBlock(code);
      expect({ exit, stderr: withoutAdvice(stderr) }).to.deep.equal({ exit: 0, stderr: '' });
      const lines = promised(code);
      expect(stdout.trimEnd().split('\n')).to.deep.equal(lines.length > 0 ? lines : ['']);
    });
  });

  it('names only scripts that there are', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const named = [...text.matchAll(/npm (?:run )?(start|test|[a-z:]+(?:-[a-z]+)*)\b/g)].map(([, name]) => name);
    for (const name of new Set(named)) {
      if (!['install', 'ci', 'i', 'init', 'registry', 'tarball', 'package', 'packages'].includes(name))
        expect(scripts).to.have.property(name);
    }
  });
}

/** What is not of this package, and the warning that a page tells of where it has a step skipped. */
function withoutAdvice(stderr: string): string {
  return stderr
    .replace(/\n=+\nHi, looks like you are running TensorFlow\.js[^=]*=+\n/, '')
    .replace(/^\(node:\d+\) \[ADAMAX_NON_FINITE\][^(]*\(Use .*\)\n/, '');
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
