import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { elsewhere, root, runModule } from '../support/process.js';

/** Three steps, dense and sparse, and the bits they end with. */
const TRAIN = `
  import { Adamax, IndexedSlices, Variable } from 'adamax';
  import { isa } from 'adamax/kernels';
  const a = new Float32Array([1, -2, 3]);
  const table = new Variable(new Float32Array(8).fill(0.5), { shape: [4, 2] });
  const optimizer = new Adamax({ learningRate: 0.1 });
  for (let k = 1; k <= 3; k++) {
    const rows = new IndexedSlices(new Float32Array([0.1, 0.2, 0.3, 0.4, k, -k]), [3, 1, 3]);
    optimizer.applyGradients([[new Float32Array([0.3, k, -0.7]), a], [rows, table]]);
  }
  const bits = [a, table.data].map((array) => Buffer.from(array.buffer).toString('hex')).join('-');
  process.stdout.write(JSON.stringify({ isa: isa(), bits }));
`;

describe('a package without a binary', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(realpathSync(tmpdir()), "adamax größe $HOME it's "));
    const installed = join(folder, 'node_modules', 'adamax');
    mkdirSync(installed, { recursive: true });
    for (const part of ['dist', 'package.json']) cpSync(join(root, part), join(installed, part), { recursive: true });
    cpSync(join(root, 'node_modules', 'node-gyp-build'), join(folder, 'node_modules', 'node-gyp-build'), {
      recursive: true,
    });
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it('runs on the fallback with the bits of the native kernels, and one warning that says why and what to do', () => {
    const native = JSON.parse(runModule(TRAIN).stdout);
    const { code, stdout, stderr } = runModule(TRAIN, {}, folder);
    expect(code).to.equal(0);
    expect(JSON.parse(stdout)).to.deep.equal({ isa: 'js', bits: native.bits });
    expect(native.isa).to.not.equal('js');
    expect(
      stderr.match(/\[ADAMAX_NO_NATIVE\] Warning: adamax runs on its TypeScript fallback: there is no binary for/g),
    ).to.have.length(1);
    const { platform, arch, versions } = process;
    const libc = platform === 'linux' ? '(glibc|musl), ' : '';
    expect(stderr).to.match(new RegExp(`This is ${platform}, ${arch}, ${libc}Node\\.js ${versions.node}\\.`));
    const installed = join(folder, 'node_modules', 'adamax');
    expect(stderr).to.contain(`Tried: ${installed}/build/Release, ${installed}/prebuilds.`);
    expect(stderr).to.match(/needs .*compiler|Visual Studio/);
  });

  it('prints a command that runs from anywhere, though the path has spaces', () => {
    const { stderr } = runModule(TRAIN, {}, folder);
    const [, command] = stderr.match(/run: (node .*) build$/m) ?? [];
    const ran = spawnSync(`${command} info --json`, { shell: true, cwd: tmpdir(), env: elsewhere(), encoding: 'utf8' });
    expect(ran.status, ran.stderr).to.equal(0);
    const { isa, problem } = JSON.parse(ran.stdout);
    expect({ isa, remedy: problem.remedy.endsWith(`${command} build`) }).to.deep.equal({ isa: 'js', remedy: true });
  });

  it('warns once in a process, whichever of its threads steps first', () => {
    for (const first of [TRAIN, "import 'adamax';"]) {
      const program = `
      import { Worker } from 'node:worker_threads';
      ${first}
      await Promise.all([1, 2, 3].map(() => new Promise((resolve, reject) => {
        const worker = new Worker(\`import('adamax').then(({ Adamax }) => {
          new Adamax().applyGradients([[[1], new Float32Array(1)]]);
        })\`, { eval: true });
        worker.on('error', reject).on('exit', resolve);
      })));
    `;
      const { code, stderr } = runModule(program, {}, folder);
      expect(code).to.equal(0);
      expect(stderr.match(/ADAMAX_NO_NATIVE/g), first).to.have.length(1);
    }
  });

  it('runs on the fallback when the binary there is broken', () => {
    const release = join(folder, 'node_modules', 'adamax', 'build', 'Release');
    mkdirSync(release, { recursive: true });
    writeFileSync(join(release, 'adamax.node'), 'not a binary');
    const { code, stdout, stderr } = runModule(TRAIN, {}, folder);
    expect(code).to.equal(0);
    expect(JSON.parse(stdout).isa).to.equal('js');
    expect(stderr).to.match(/ADAMAX_NO_NATIVE/);
  });

  for (const place of ['build/Release', `prebuilds/${process.platform}-${process.arch}`]) {
    it(`runs on the fallback when the binary in ${place} was cut short, or filled up with zeros, behind an intact header`, () => {
      const installed = join(folder, 'node_modules', 'adamax');
      rmSync(join(installed, 'build'), { recursive: true, force: true });
      mkdirSync(join(installed, place), { recursive: true });
      const whole = readFileSync(join(root, 'build', 'Release', 'adamax.node'));
      for (const part of [5000 / whole.length, 0.25, 0.5, 0.9]) {
        const end = Math.floor(part * whole.length);
        for (const broken of [whole.subarray(0, end), Buffer.from(whole).fill(0, end)]) {
          writeFileSync(join(installed, place, 'adamax.node'), broken);
          const { code, stdout, stderr } = runModule(TRAIN, {}, folder);
          expect(code, `${part} of it`).to.equal(0);
          expect(JSON.parse(stdout).isa).to.equal('js');
          expect(stderr).to.match(/ADAMAX_NO_NATIVE.*fallback: the binary .* is cut short/);
        }
      }
      rmSync(join(installed, place), { recursive: true, force: true });
    });
  }

  it('says clearly that a forced instruction set is not there', () => {
    const { code, stderr } = runModule(TRAIN, { ADAMAX_ISA: 'portable' }, folder);
    expect(code).to.equal(1);
    expect(stderr).to.match(/ADAMAX_ISA must be available here \(js\): received 'portable'/);
  });

  it('does not look for a binary, nor warn, when the fallback is asked for', () => {
    const { code, stdout, stderr } = runModule(TRAIN, { ADAMAX_ISA: 'js' }, folder);
    expect({ code, stderr, isa: JSON.parse(stdout).isa }).to.deep.equal({ code: 0, stderr: '', isa: 'js' });
  });
});

describe('a process that forbids addons', () => {
  it('runs on the fallback without an attempt, and is told no command', () => {
    const { stdout, stderr } = runModule(TRAIN, { NODE_OPTIONS: '--no-addons' });
    expect(JSON.parse(stdout)).to.deep.equal({ isa: 'js', bits: JSON.parse(runModule(TRAIN).stdout).bits });
    expect(stderr).to.match(/ADAMAX_NO_NATIVE.*fallback: this process loads no native addons/);
    expect(stderr).to.match(/--allow-addons and --allow-fs-read/);
    expect(stderr).to.not.match(/Tried|build/);
  });

  it('is asked itself, where something else than Node.js has taken the entry for such processes', () => {
    const entry = (name: string) => JSON.stringify(pathToFileURL(join(root, 'dist', 'no-addons', `${name}.js`)).href);
    const source = TRAIN.replace("'adamax'", entry('index')).replace("'adamax/kernels'", entry('kernels'));
    const { stdout, stderr } = runModule(source);
    expect({ stdout, stderr }).to.deep.equal({ stdout: runModule(TRAIN).stdout, stderr: '' });
    expect(JSON.parse(runModule(source, { NODE_OPTIONS: '--no-addons' }).stdout).isa).to.equal('js');
  });
});
