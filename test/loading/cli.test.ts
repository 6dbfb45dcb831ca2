import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { availableIsa } from 'adamax/kernels';
import { expect } from 'chai';
import { loadBinding } from '#internals';
import { elsewhere, root } from '../support/process.js';

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
    const mpi = adamax('build', '--mpi');
    expect(mpi).to.include({ status: 1, stderr: 'adamax: a checkout is built by `npm run build:mpi`\n' });
  });

  it('says that no binary was looked for, where the fallback is asked for', () => {
    const script = join(root, 'dist', 'cli', 'main.js');
    const env = { ...process.env, ADAMAX_ISA: 'js' };
    expect(spawnSync(process.execPath, [script, 'info'], { env, encoding: 'utf8' }).stdout).to.match(
      /^binary +none was looked for: ADAMAX_ISA is js$/m,
    );
  });

  it('says how it is used: on stderr and with status 2, where it was not asked', () => {
    for (const args of [[], ['help'], ['--help'], ['-h']]) {
      expect(adamax(...args)).to.include({ status: 0, stderr: '' });
      expect(adamax(...args).stdout).to.match(/adamax info .*\n.*adamax build/);
    }
    const { stderr, ...other } = adamax('inform');
    expect(other).to.deep.equal({ status: 2, stdout: '' });
    expect(stderr).to.match(
      /^adamax: the command must be one of these: received 'inform'\nadamax info .*\nadamax build/,
    );
    expect(adamax('inspec').stderr).to.match(
      /^adamax: the command must be one of these \(did you mean inspect\?\): received 'inspec'/,
    );
    const wrong = [
      ['info', '--yaml'],
      ['build', 'x'],
      ['info', '--mpi'],
      ['inspect', '-h'],
    ];
    for (const args of wrong) {
      const message = new RegExp(`^adamax: ${args[0]} must be given just this:\\nadamax ${args[0]}\\b.*\\n$`);
      expect(adamax(...args)).to.include({ status: 2, stdout: '' });
      expect(adamax(...args).stderr).to.match(message);
    }
  });
});

describe('npx adamax, where the package is installed', () => {
  let folder: string;
  let script: string;
  let temporary: string;

  beforeEach(() => {
    folder = mkdtempSync(join(realpathSync(tmpdir()), 'adamax-cli-'));
    const installed = join(folder, 'node_modules', 'adamax');
    for (const part of ['dist', 'native', 'package.json']) {
      cpSync(join(root, part), join(installed, part), { recursive: true });
    }
    cpSync(join(root, 'node_modules', 'node-gyp-build'), join(folder, 'node_modules', 'node-gyp-build'), {
      recursive: true,
    });
    script = join(installed, 'dist', 'cli', 'main.js');
    temporary = join(folder, 'temporary');
    mkdirSync(temporary);
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A stand-in for npm, and what a build needs to know of it. */
  function npm(source: string) {
    writeFileSync(join(folder, 'npm-cli.js'), source);
    return { ...elsewhere(), npm_execpath: join(folder, 'npm-cli.js'), TMPDIR: temporary, TEMP: temporary };
  }

  it('tells what runs though the list of published binaries is broken', function () {
    const loaded = loadBinding();
    if (loaded.binding === null) this.skip();
    const prebuilds = join(dirname(dirname(dirname(script))), 'prebuilds');
    const own = join(prebuilds, `${process.platform}-${process.arch}`, 'adamax.node');
    cpSync(loaded.from, own);
    for (const manifest of ['{ "files": ', 'null']) {
      writeFileSync(join(prebuilds, 'manifest.json'), manifest);
      const { status, stdout } = spawnSync(process.execPath, [script, 'info'], { env: elsewhere(), encoding: 'utf8' });
      expect(status).to.equal(0);
      expect(stdout).to.contain(`${own} (not one of the published binaries)`);
    }
  });

  it('lets npm install nowhere but in a folder of its own, though there is a package above, and removes that', () => {
    writeFileSync(join(folder, 'package.json'), '{}');
    const source = "if (!require('node:fs').existsSync('package.json')) console.error('elsewhere'); process.exit(1);";
    const { status, stderr } = spawnSync(process.execPath, [script, 'build'], { env: npm(source), encoding: 'utf8' });
    expect(status).to.equal(1);
    expect(stderr)
      .to.match(/npm could not install/)
      .and.to.not.match(/elsewhere/);
    expect(readdirSync(temporary)).to.deep.equal([]);
  });

  it('says that there is no npm', () => {
    const env = { ...npm(''), npm_execpath: '', PATH: temporary, Path: temporary };
    const { status, stderr } = spawnSync(process.execPath, [script, 'build'], { env, encoding: 'utf8' });
    expect(status).to.equal(1);
    if (process.platform !== 'win32') expect(stderr).to.match(/npm, which fetches .*, could not be run: .*ENOENT/);
  });

  it('says how MPI is installed where there is none, before anything is fetched', () => {
    const env = { ...npm("console.error('npm runs'); process.exit(1);"), ADAMAX_MPI: 'none' };
    const { status, stderr } = spawnSync(process.execPath, [script, 'build', '--mpi'], { env, encoding: 'utf8' });
    expect(status).to.equal(1);
    expect(stderr).to.match(
      /^adamax: MPI .* must be installed \(.*apt-get install .*brew install.*\): received ADAMAX_MPI=none\n$/,
    );
    expect(readdirSync(temporary)).to.deep.equal([]);
  });

  it('leaves nothing behind when it is interrupted', async function () {
    if (process.platform === 'win32') this.skip();
    const env = npm("console.error('npm runs'); setTimeout(() => {}, 60000);");
    const child = spawn(process.execPath, [script, 'build'], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    const ended = once(child, 'exit');
    for await (const chunk of child.stderr) {
      if (`${chunk}`.includes('npm runs')) process.kill(-(child.pid as number), 'SIGINT'); // as Ctrl+C: to the whole group
    }
    expect(await ended).to.deep.equal([1, null]);
    expect(readdirSync(temporary)).to.deep.equal([]);
  });
});
