import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { availableIsa } from 'adamax/kernels';
import { expect } from 'chai';
import { loadBinding } from '#internals';
import { root } from '../support/process.js';

/** Runs `npx adamax` of this package, with the environment of the tests. */
function adamax(...args: string[]) {
  const script = join(root, 'dist', 'cli', 'main.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('npx adamax', () => {
  it('tells what runs, in text and as JSON', () => {
    const { status, stdout, stderr } = adamax('info', '--json');
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
    const info = JSON.parse(stdout);
    const loaded = loadBinding();
    const path = loaded.binding === null ? undefined : loaded.from;
    expect(info.version).to.equal('0.1.0');
    expect(info.isa).to.equal(process.env.ADAMAX_ISA ?? availableIsa().at(-1));
    expect(info.available).to.deep.equal(availableIsa());
    expect(info.binary?.path).to.equal(path);
    expect(info.platform).to.contain(`Node.js ${process.versions.node}`);
    const text = adamax('info').stdout;
    for (const word of ['adamax 0.1.0', info.isa, info.processor, info.platform, path ?? 'none']) {
      expect(text).to.contain(word);
    }
  });

  it('builds no checkout, which has a script for that', () => {
    const { status, stderr } = adamax('build');
    expect({ status, stderr }).to.deep.equal({ status: 1, stderr: 'adamax: a checkout is built by `npm run build`\n' });
  });

  it('says how it is used: on stderr and with status 2, where it was not asked', () => {
    for (const args of [[], ['help'], ['--help']]) {
      expect(adamax(...args)).to.include({ status: 0, stderr: '' });
      expect(adamax(...args).stdout).to.match(/adamax info .*\n.*adamax build/);
    }
    for (const args of [['inform'], ['info', '--yaml'], ['build', 'x']]) {
      expect(adamax(...args)).to.include({ status: 2, stdout: '' });
      expect(adamax(...args).stderr).to.match(/adamax info/);
    }
  });
});
