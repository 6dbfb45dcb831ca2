import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isa, loadNative } from 'adamax/kernels';
import { expect } from 'chai';
import { CONTRACT, interpreterOf, loadBinding } from '#internals';
import { expectError } from '../support/errors.js';
import { elsewhere, root, runModule } from '../support/process.js';

const dist = dirname(fileURLToPath(import.meta.resolve('adamax')));

/** Prints what runs, and what `loadNative` throws. */
const REPORT = `
  import { isa, loadNative } from 'adamax/kernels';
  const outcome = (body) => { try { body(); return 'ok'; } catch (error) { return [error.code, error.message]; } };`;

describe('the place of the addon', () => {
  let folder: string;
  let addon: string;

  before(function () {
    const loaded = loadBinding();
    if (loaded.binding === null) this.skip();
    folder = mkdtempSync(join(realpathSync(tmpdir()), 'adamax ä '));
    addon = join(folder, 'elsewhere.node');
    cpSync(loaded.from, addon);
    for (const name of ['adamax', 'node-gyp-build']) mkdirSync(join(folder, 'node_modules', name), { recursive: true });
    for (const part of ['dist', 'package.json']) {
      cpSync(join(root, part), join(folder, 'node_modules', 'adamax', part), { recursive: true });
    }
    cpSync(join(root, 'node_modules', 'node-gyp-build'), join(folder, 'node_modules', 'node-gyp-build'), {
      recursive: true,
    });
  });

  after(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  const run = (source: string, env: Record<string, string> = {}) => {
    const { code, stdout, stderr } = runModule(`${REPORT}${source}`, env, folder);
    expect(code, stderr).to.equal(0);
    return { said: JSON.parse(stdout), stderr };
  };

  it('is the file that ADAMAX_NATIVE names', () => {
    const { said, stderr } = run('console.log(JSON.stringify(isa()))', { ADAMAX_NATIVE: addon });
    expect({ native: said !== 'js', stderr }).to.deep.equal({ native: true, stderr: '' });
  });

  it('is not looked for elsewhere when ADAMAX_NATIVE names what is no addon', () => {
    writeFileSync(join(folder, 'broken.node'), 'not a binary');
    for (const file of ['nowhere.node', 'broken.node']) {
      const { said, stderr } = run('console.log(JSON.stringify(isa()))', { ADAMAX_NATIVE: file });
      expect(said).to.equal('js');
      expect(stderr)
        .to.contain(`Tried: ADAMAX_NATIVE=${file}.`)
        .and.to.match(/ADAMAX_NATIVE must be the path/);
      expect(stderr).to.not.match(/run: /);
    }
  });

  it('is not waited for where ADAMAX_NATIVE names a pipe or a device, nor run where it names a script', function () {
    if (process.platform === 'win32') this.skip();
    spawnSync('mkfifo', [join(folder, 'pipe.node')]);
    writeFileSync(join(folder, 'script.js'), 'process.exit(1)');
    for (const file of ['pipe.node', '/dev/zero', 'script.js', 'node_modules']) {
      const { said, stderr } = run('console.log(JSON.stringify(isa()))', { ADAMAX_NATIVE: file });
      expect(said).to.equal('js');
      expect(stderr).to.match(/is no file that ends in \.node\n/);
    }
  });

  it('is what loadNative is given: a path, a URL, or the addon itself', () => {
    const path = JSON.stringify(addon);
    for (const native of [
      path,
      `new URL(${JSON.stringify(pathToFileURL(addon).href)})`,
      `process.getBuiltinModule('node:module').createRequire('/')(${path})`,
    ]) {
      const { said, stderr } = run(`loadNative(${native}); console.log(JSON.stringify(isa()))`);
      expect({ native: said !== 'js', stderr }, native).to.deep.equal({ native: true, stderr: '' });
    }
  });

  it('may be given after steps on the fallback, and is then what runs', () => {
    const { said } = run(`
      import { Adamax } from 'adamax';
      const step = (optimizer, p) => optimizer.applyGradients([[new Float32Array([1]), p]]);
      const [optimizer, p] = [new Adamax(), new Float32Array([1])];
      step(optimizer, p);
      const before = isa();
      loadNative(${JSON.stringify(addon)});
      step(optimizer, p);
      console.log(JSON.stringify([before, isa() !== 'js', optimizer.iterations.item(), p[0]]))`);
    expect(said).to.deep.equal(['js', true, 2, Math.fround(Math.fround(1 - 0.001) - 0.001)]);
  });

  it('obeys ADAMAX_ISA', () => {
    const { said } = run(`loadNative(${JSON.stringify(addon)}); console.log(JSON.stringify(isa()))`, {
      ADAMAX_ISA: 'portable',
    });
    expect(said).to.equal('portable');
  });

  it('is refused while ADAMAX_THREADS cannot be used, by that name', () => {
    const { said } = run(`console.log(JSON.stringify(outcome(() => loadNative(${JSON.stringify(addon)}))))`, {
      ADAMAX_THREADS: 'many',
    });
    expect(said).to.deep.equal([
      'ERR_ADAMAX_ARG_VALUE',
      "ADAMAX_THREADS must be a whole number from 1 to 256: received 'many'",
    ]);
  });

  it('is refused where it is no addon of this version, and nothing has changed then', () => {
    const { said } = run(`console.log(JSON.stringify([
      outcome(() => loadNative('/nowhere.node')),
      outcome(() => loadNative({})),
      outcome(() => loadNative({ contract: { version: 1 } })),
      outcome(() => loadNative(7)),
      isa(),
    ]))`);
    expect(said[0]).to.have.property('0', 'ERR_ADAMAX_NATIVE');
    expect(said[0][1]).to.match(/^native must be an addon .* ENOENT.*: received '\/nowhere\.node'$/);
    expect(said[1]).to.deep.equal([
      'ERR_ADAMAX_NATIVE',
      `native must be an addon of this version and platform, but the addon is of another version: version must be ${CONTRACT.version}: received undefined: received {}`,
    ]);
    expect(said[2][1]).to.contain('received 1: received {');
    expect(said[3]).to.deep.equal(['ERR_ADAMAX_ARG_TYPE', 'native must be a path, a URL or an addon: received 7']);
    expect(said[4]).to.equal('js');
  });

  it('is not changed once an addon runs', () => {
    expect(isa()).to.not.equal('js');
    expectError(
      () => loadNative(addon),
      TypeError,
      'ERR_ADAMAX_STATE',
      /before this thread has loaded .*: received '.*'$/,
    );
  });

  it('is told by the process, not by the distribution: LIBC does not matter', function () {
    if (process.platform !== 'linux') this.skip();
    const prebuilds = join(folder, 'node_modules', 'adamax', 'prebuilds', `linux-${process.arch}`);
    mkdirSync(prebuilds, { recursive: true });
    const ours = interpreterOf(process.execPath)?.includes('musl') ? 'musl' : 'glibc';
    cpSync(addon, join(prebuilds, `adamax.${ours}.node`));
    writeFileSync(join(prebuilds, `adamax.${ours === 'musl' ? 'glibc' : 'musl'}.node`), 'of the other C library');
    for (const LIBC of ['musl', 'glibc']) {
      expect(run('console.log(JSON.stringify(isa()))', { LIBC }).said, LIBC).to.not.equal('js');
    }
    rmSync(dirname(prebuilds), { recursive: true });
  });

  it('is the published one where what is found first is of another machine or version, or not found', () => {
    const installed = join(folder, 'node_modules', 'adamax');
    const own = join(installed, 'prebuilds', `${process.platform}-${process.arch}`);
    const foreign = process.arch === 'arm64' ? 'x64' : 'arm64';
    const others = [
      join(installed, 'build', 'Release'),
      join(installed, 'prebuilds', `${process.platform}-${foreign}`),
    ];
    for (const place of [own, ...others]) mkdirSync(place, { recursive: true });
    const ours = interpreterOf(process.execPath)?.includes('musl') ? 'musl' : 'glibc';
    const name = process.platform === 'linux' ? `adamax.${ours}.node` : 'adamax.node';
    cpSync(addon, join(own, name));
    for (const place of others) writeFileSync(join(place, 'adamax.node'), 'of another machine');
    const loads = 'console.log(JSON.stringify(isa()))';
    expect(run(loads).said).to.not.equal('js');
    rmSync(dirname(others[0]), { recursive: true });
    for (const npm_config_arch of [foreign, 'ppc64']) {
      expect(run(loads, { npm_config_arch }).said, npm_config_arch).to.not.equal('js');
    }
    writeFileSync(join(own, name), 'broken');
    expect(run(loads, { npm_config_arch: foreign }).stderr).to.contain(`adamax.node, ${join(own, name)}.`);
    rmSync(join(installed, 'prebuilds'), { recursive: true });
  });

  it('is found by a process that may read nothing but its own folder', function () {
    if (process.platform !== 'linux') this.skip();
    const own = join(folder, 'node_modules', 'adamax', 'prebuilds', `linux-${process.arch}`);
    mkdirSync(own, { recursive: true });
    const ours = interpreterOf(process.execPath)?.includes('musl') ? 'musl' : 'glibc';
    cpSync(addon, join(own, `adamax.${ours}.node`));
    writeFileSync(join(folder, 'program.mjs'), "import { isa } from 'adamax/kernels'; console.log(isa());");
    const permission = process.allowedNodeEnvironmentFlags.has('--permission')
      ? '--permission'
      : '--experimental-permission';
    const args = [permission, '--allow-addons', `--allow-fs-read=${folder}/*`, join(folder, 'program.mjs')];
    const { stdout, stderr } = spawnSync(process.execPath, args, { env: elsewhere(), encoding: 'utf8' });
    expect(stdout, stderr).to.match(/^(portable|avx2|avx512|neon)$/m);
    rmSync(dirname(own), { recursive: true });
  });

  it('is not loaded by adamax/prebuilt when the published one is cut short', function () {
    if (process.platform !== 'linux') this.skip();
    const own = join(folder, 'node_modules', 'adamax', 'prebuilds', `linux-${process.arch}`);
    mkdirSync(own, { recursive: true });
    const whole = readFileSync(addon);
    for (const libc of ['glibc', 'musl']) {
      writeFileSync(join(own, `adamax.${libc}.node`), whole.subarray(0, whole.length / 2));
    }
    const { said, stderr } = run("import 'adamax/prebuilt'; console.log(JSON.stringify(isa()))");
    expect(said).to.equal('js');
    expect(stderr).to.match(/fallback: the binary .* is cut short/);
    rmSync(dirname(own), { recursive: true });
  });

  it('is passed over when the binary is of another machine', function () {
    if (process.platform !== 'linux') this.skip();
    const foreign = readFileSync(addon);
    foreign.writeUInt16LE(8, 18); // e_machine: MIPS
    writeFileSync(join(folder, 'mips.node'), foreign);
    const { said, stderr } = run('console.log(JSON.stringify(isa()))', { ADAMAX_NATIVE: join(folder, 'mips.node') });
    expect(said).to.equal('js');
    expect(stderr).to.contain('ADAMAX_NO_NATIVE');
  });

  it('is asked of whoever has bundled the code', () => {
    mkdirSync(join(folder, 'app', 'dist'), { recursive: true });
    for (const name of ['adamax.js', 'kernels.js']) cpSync(join(dist, name), join(folder, 'app', 'dist', name));
    writeFileSync(join(folder, 'app', 'package.json'), '{ "name": "app" }');
    const source = `import kernels from './app/dist/kernels.js'; console.log(JSON.stringify(kernels.isa()))`;
    const { stdout, stderr } = runModule(source, {}, folder);
    expect(JSON.parse(stdout)).to.equal('js');
    expect(stderr)
      .to.match(/its code was bundled, without the binary/)
      .and.to.match(/'adamax\/prebuilt'/);
    expect(stderr).to.not.match(/run: /);
    const named = runModule(source, { ADAMAX_NATIVE: addon }, folder);
    expect({ native: JSON.parse(named.stdout) !== 'js', stderr: named.stderr }).to.deep.equal({
      native: true,
      stderr: '',
    });
  });
});

describe('the C library of a program', () => {
  it('is told by the loader that it asks for', () => {
    const folder = mkdtempSync(join(tmpdir(), 'adamax-'));
    const loader = '/lib/ld-musl-riscv64.so.1\0';
    const elf = Buffer.alloc(64 + 56 + loader.length);
    elf.write('\x7fELF\x02\x01\x01', 'latin1');
    elf.writeBigUInt64LE(64n, 32); // e_phoff
    elf.writeUInt16LE(56, 54); // e_phentsize
    elf.writeUInt16LE(1, 56); // e_phnum
    elf.writeUInt32LE(3, 64); // PT_INTERP
    elf.writeBigUInt64LE(120n, 64 + 8);
    elf.writeBigUInt64LE(BigInt(loader.length), 64 + 32);
    elf.write(loader, 120, 'latin1');
    try {
      writeFileSync(join(folder, 'program'), elf);
      expect(interpreterOf(join(folder, 'program'))).to.equal('/lib/ld-musl-riscv64.so.1');
      writeFileSync(join(folder, 'script'), '#!/bin/sh\n');
      expect(interpreterOf(join(folder, 'script'))).to.equal(undefined);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
