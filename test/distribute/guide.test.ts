import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { blocksOf, promised } from '../support/pages.js';
import { elsewhere, root } from '../support/process.js';
import { jobEnvironment, needsMpi } from './mpi/mpirun.js';

/** Every program of this page is run as it stands there; those that begin with the name of a file import each other. */
const page = 'docs/distributed.md';
const blocks = blocksOf(page);
const programs = blocks.filter(({ language }) => language === 'js');

const nameOf = (code: string, i: number) => /^\/\/ (\S+\.js)$/m.exec(code)?.[1] ?? `block-${i + 1}.js`;
const output = (code: string) =>
  promised(code)
    .map((line) => `${line}\n`)
    .join('');

describe(page, function () {
  this.timeout(60_000);
  let folder: string;
  before(() => {
    // Within the package, where its name leads to it.
    folder = mkdtempSync(join(root, 'out', 'guide-'));
    programs.forEach(({ code }, i) => {
      writeFileSync(join(folder, nameOf(code, i)), code);
    });
  });
  after(() => rmSync(folder, { recursive: true }));

  const run = (command: string, args: readonly string[], env: NodeJS.ProcessEnv) => {
    const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, env, encoding: 'utf8' });
    return { status, stderr, stdout: stdout.replaceAll('\r', '') };
  };

  it('has programs, and no block of a language that this test does not know', () => {
    expect(programs).to.have.length(6);
    expect(blocks.filter(({ language }) => !['js', 'sh'].includes(language))).to.deep.equal([]);
  });

  programs.forEach(({ code }, i) => {
    const name = nameOf(code, i);
    if (name !== 'bits.js') {
      it(`${name} runs and prints what its comments say`, () => {
        const result = run(process.execPath, [name], elsewhere());
        expect(result).to.deep.equal({ status: 0, stderr: '', stdout: output(code) });
      });
    }
  });

  it('bits.js prints one line three times', () => {
    const { status, stdout, stderr } = run(process.execPath, ['bits.js'], elsewhere());
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
    const [line, ...others] = stdout.trimEnd().split('\n');
    expect(line).to.match(/^[0-9a-f]{32}$/);
    expect(others).to.deep.equal([line, line]);
  });

  for (const processes of [2, 4]) {
    it(`processes.js does under mpirun, with ${processes} processes`, function () {
      needsMpi(this);
      const { code } = programs.find(({ code }) => code.startsWith('// processes.js')) ?? { code: '' };
      const args = ['--bind-to', 'none', '--oversubscribe', '-n', String(processes), process.execPath, 'processes.js'];
      expect(run('mpirun', args, jobEnvironment())).to.deep.equal({ status: 0, stderr: '', stdout: output(code) });
    });
  }
});
