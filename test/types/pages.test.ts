import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { blocksOf, promised, runBlock } from '../support/pages.js';
import { root } from '../support/process.js';

/** What a project has that is as strict as the compiler can be, and lacks: types of Node.js. */
const OPTIONS = {
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  module: 'nodenext',
  target: 'es2022',
  lib: ['es2022', 'dom'],
  types: [],
  skipLibCheck: true, // TensorFlow.js' own declarations need it
  rootDir: '.',
  outDir: 'out',
};
/** TensorFlow.js as the package that has all of it declares it, of which these two are the parts. */
const TFJS = `declare module '@tensorflow/tfjs' {
  export * from '@tensorflow/tfjs-core';
  export * from '@tensorflow/tfjs-layers';
}
`;

/** Every program of the README, and those of docs/ that are written in TypeScript. */
const pages = readdirSync(join(root, 'docs')).filter((file) => file.endsWith('.md'));
const programs = [
  ...blocksOf('README.md').filter(({ language }) => language === 'js'),
  ...pages.flatMap((page) => blocksOf(join('docs', page))).filter(({ language }) => language === 'ts'),
];

describe('programs of the README, and those of docs/ in TypeScript', function () {
  this.timeout(60_000);
  let folder: string;
  before(() => {
    // Within the package, where its name leads to it.
    mkdirSync(join(root, 'out'), { recursive: true });
    folder = mkdtempSync(join(root, 'out', 'pages-'));
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: OPTIONS, include: ['*.mts', '*.cts'] }),
    );
    writeFileSync(join(folder, 'tfjs.d.cts'), TFJS);
    programs.forEach(({ code }, i) => {
      writeFileSync(join(folder, `block-${i}.mts`), code);
    });
  });
  after(() => rmSync(folder, { recursive: true }));

  it('compile under the strictest options', () => {
    expect(programs).to.have.length.greaterThan(3);
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
    expect(status, stdout).to.equal(0);
  });

  programs.forEach(({ language, code }, i) => {
    if (language !== 'ts') return;
    it(`block ${i} runs once it is compiled, and prints what its comments say`, () => {
      const { code: exit, stdout, stderr } = runBlock(readFileSync(join(folder, 'out', `block-${i}.mjs`), 'utf8'));
      expect({ exit, stderr }).to.deep.equal({ exit: 0, stderr: '' });
      expect(stdout.trimEnd().split('\n')).to.deep.equal(promised(code));
    });
  });
});
