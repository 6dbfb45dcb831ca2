import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { elf, type Library, macho, pe } from '../support/binaries.js';
import { root } from '../support/process.js';

interface Manifest {
  version: string;
  sources: string;
  files: Record<string, { size: number; sha256: string }>;
}

/** Tools are plain JavaScript, and are no part of what the compiler sees. */
const tool = (file: string) => import(pathToFileURL(join(root, 'tools', file)).href);

describe('the check of prebuilt binaries', () => {
  const made = { version: '1.2.3', sources: 'abc' };
  const ENTRIES = ['napi_register_module_v1', 'node_api_module_get_api_version_v1'];
  const GLIBC = ['libc.so.6', 'libm.so.6'];
  const LINUX_X64 = 'linux-x64/adamax.glibc.node';
  const [WINDOWS, MACOS] = ['win32-x64/adamax.node', 'darwin-arm64/adamax.node'];

  let folder: string;
  let names: string[];
  let faultsOf: (folder: string, made: { version: string; sources: string }) => string[];
  let entryOf: (file: string) => Manifest['files'][string];
  let hashOfSources: (root: string) => string;

  before(async () => {
    ({ faultsOf } = await tool('check-prebuilds.mjs'));
    ({ entryOf, hashOfSources } = await tool('prebuilds/manifest.mjs'));
    names = (await tool('prebuilds/targets.mjs')).TARGETS.map(({ file }: { file: string }) => file);
  });

  /** A binary as its name says. */
  function sound(name: string): [build: (library: Library) => Buffer, Library] {
    const arch = name.includes('x64') ? 'x64' : 'arm64';
    if (name.startsWith('win32')) return [pe, { arch, exports: ENTRIES, needed: ['KERNEL32.dll'] }];
    if (name.startsWith('darwin')) return [macho, { arch, exports: ENTRIES, needed: ['/usr/lib/libSystem.B.dylib'] }];
    if (name.includes('musl')) return [elf, { arch, exports: ENTRIES, needed: ['libc.so'] }];
    return [elf, { arch, exports: ENTRIES, needed: GLIBC, versions: ['GLIBC_2.2.5', 'GLIBC_2.28'] }];
  }

  function write(name: string, bytes: Buffer | string) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }

  function writeManifest(change: Partial<Manifest> = {}) {
    const files = Object.fromEntries(names.map((name) => [name, entryOf(join(folder, name))]));
    write('manifest.json', JSON.stringify({ ...made, files, ...change }));
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'adamax-prebuilds-'));
    for (const name of names) {
      const [build, library] = sound(name);
      write(name, build(library));
    }
    write('README.md', 'What this is.');
    writeManifest();
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('has nothing against a complete set', () => {
    expect(names).to.have.length(8);
    expect(faultsOf(folder, made)).to.deep.equal([]);
  });

  it('names what is missing, and what does not belong', () => {
    rmSync(join(folder, MACOS));
    write('linux-ppc64/adamax.node', 'x');
    write('linux-x64/adamax.node', 'x');
    expect(faultsOf(folder, made)).to.have.members([
      `${MACOS} is missing`,
      'linux-ppc64/adamax.node does not belong there',
      'linux-x64/adamax.node does not belong there',
    ]);
  });

  it('names all that is missing where there is nothing', () => {
    const faults = faultsOf(join(folder, 'nowhere'), made);
    expect(faults.filter((fault) => fault.endsWith(' is missing'))).to.have.length(8);
  });

  const cases: [name: string, change: Partial<Library>, fault: string][] = [
    [LINUX_X64, { arch: 'arm64' }, 'is for arm64'],
    [WINDOWS, { arch: 'arm64' }, 'is for arm64'],
    [MACOS, { arch: 'x64' }, 'is for x64'],
    [LINUX_X64, { exports: [...ENTRIES, '_Znwm'] }, 'exports _Znwm'],
    [WINDOWS, { exports: [...ENTRIES, 'DllMain'] }, 'exports DllMain'],
    [MACOS, { exports: [...ENTRIES, '_Znwm'] }, 'exports _Znwm'],
    [LINUX_X64, { exports: ENTRIES.slice(0, 1) }, 'does not export node_api_module_get_api_version_v1'],
    [WINDOWS, { exports: [] }, 'does not export napi_register_module_v1, node_api_module_get_api_version_v1'],
    [MACOS, { exports: ENTRIES.slice(1) }, 'does not export napi_register_module_v1'],
    [LINUX_X64, { versions: ['GLIBC_2.28', 'GLIBC_2.29'] }, 'needs GLIBC_2.29'],
    [LINUX_X64, { versions: ['GLIBC_3.0'] }, 'needs GLIBC_3.0'],
    [LINUX_X64, { versions: ['GLIBCXX_3.4.21'] }, 'needs GLIBCXX_3.4.21'],
    [LINUX_X64, { needed: [...GLIBC, 'libstdc++.so.6'] }, 'needs libstdc++.so.6'],
    [LINUX_X64, { searched: ['$ORIGIN'] }, 'looks for libraries in $ORIGIN'],
    [LINUX_X64, { needed: ['libc.so'], versions: [] }, 'needs libc.so'],
    ['linux-arm64/adamax.musl.node', { needed: ['libc.so.6'] }, 'needs libc.so.6'],
    [WINDOWS, { needed: ['node.exe'] }, 'needs node.exe'],
    [WINDOWS, { needed: ['VCRUNTIME140.dll'] }, 'needs VCRUNTIME140.dll'],
    [MACOS, { needed: ['/usr/lib/libc++.1.dylib'] }, 'needs /usr/lib/libc++.1.dylib'],
    [MACOS, { minimum: [12, 3] }, 'is for macOS 12.3'],
    [MACOS, { platform: 2 }, 'or another system'],
  ];
  for (const [name, change, fault] of cases) {
    it(`refuses ${name} when it ${fault}`, () => {
      const [build, library] = sound(name);
      write(name, build({ ...library, ...change }));
      writeManifest();
      const faults = faultsOf(folder, made);
      expect(faults[0]).to.contain(`${name} `).and.to.contain(fault);
      // What is not for musl is seen by two signs.
      expect(faults.filter((other) => !other.endsWith('is not for musl'))).to.have.length(1);
    });
  }

  it('refuses a binary of another system, one that is cut short, and what is none', () => {
    write(LINUX_X64, readFileSync(join(folder, WINDOWS)));
    write(WINDOWS, readFileSync(join(folder, WINDOWS)).subarray(0, 1040));
    write(MACOS, readFileSync(join(folder, MACOS)).subarray(0, 50));
    write('win32-arm64/adamax.node', 'MZ');
    writeManifest();
    expect(faultsOf(folder, made)).to.deep.equal([
      `${LINUX_X64} is no shared object of Linux`,
      `${WINDOWS} is cut short`,
      'win32-arm64/adamax.node is cut short',
      `${MACOS} is cut short`,
    ]);
  });

  it('refuses what was made from other sources, or is not what was made', () => {
    expect(faultsOf(folder, { ...made, sources: 'abd' })[0]).to.match(/^manifest.json names other sources/);
    expect(faultsOf(folder, { ...made, version: '1.2.4' })[0]).to.match(/^manifest.json must be of version 1.2.4/);
    write(LINUX_X64, Buffer.concat([readFileSync(join(folder, LINUX_X64)), Buffer.from([0])]));
    expect(faultsOf(folder, made)).to.deep.equal([`${LINUX_X64} is not the file that manifest.json has`]);
    for (const broken of ['{', 'null', '{}']) {
      write('manifest.json', broken);
      expect(faultsOf(folder, made)).to.have.length(10);
    }
  });

  it('refuses a binary, and a set, that is too large', () => {
    const grow = (name: string, bytes: number) =>
      write(name, Buffer.concat([readFileSync(join(folder, name)), randomBytes(bytes)]));
    grow(MACOS, 1_000_000);
    writeManifest();
    expect(faultsOf(folder, made)[0]).to.match(new RegExp(`^${MACOS} must have at most 1000000 bytes`));
    for (const name of names.filter((name) => name !== MACOS)) grow(name, 300_000);
    writeManifest();
    expect(faultsOf(folder, made)[1]).to.match(/^all must compress to 2400000 bytes/);
  });

  it('ends the command with the names of what is wrong, and what to do', () => {
    const args = [join(root, 'tools', 'check-prebuilds.mjs'), folder];
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    writeManifest({ version, sources: hashOfSources(root) });
    rmSync(join(folder, MACOS));
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect(status).to.equal(1);
    expect(stderr)
      .to.match(/^adamax: prebuilds: darwin-arm64.adamax.node is missing\n/)
      .and.to.match(/"npm run prebuilds" makes what may be published\n$/);
  });
});
