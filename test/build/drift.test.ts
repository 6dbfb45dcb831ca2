import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { root } from '../support/process.js';

interface Gyp {
  targets: {
    target_name: string;
    sources: string[];
    defines: string[];
    cflags_cc: string[];
    conditions: [string, { cflags_cc?: string[]; libraries?: string[] }][];
  }[];
}

const { SOURCES, compileFlags } = await import(pathToFileURL(join(root, 'native', 'mpi', 'build.mjs')).href);

const read = (file: string) => readFileSync(join(root, file), 'utf8');
// The one in the root includes it.
const gyp = JSON.parse(read('native/binding.gyp')) as Gyp;
const cmake = read('CMakeLists.txt').replace(/#.*$/gm, '');

/** The items of `set(NAME …)`; of the last one, where MSVC has another. */
function cmakeList(name: string): string[] {
  const lists = [...cmake.matchAll(new RegExp(`set\\(${name}\\s([^)]*)\\)`, 'g'))];
  expect(lists, name).to.not.have.length(0);
  return lists[lists.length - 1][1].trim().split(/\s+/);
}

describe('binding.gyp and CMakeLists.txt', () => {
  const [target] = gyp.targets;

  it('are in the root, too, where a clone is built', () => {
    expect(JSON.parse(read('binding.gyp'))).to.deep.equal({ includes: ['native/binding.gyp'] });
  });

  it('have one target each, of one name', () => {
    expect(gyp.targets).to.have.length(1);
    expect(target.target_name).to.equal('adamax');
    expect(cmake.match(/add_library\((\w+) SHARED/)?.[1]).to.equal('adamax');
  });

  it('list the same sources: every .cc there is', () => {
    const sources = [...cmakeList('ADAMAX_CORE_SOURCES'), ...cmakeList('ADAMAX_BINDING_SOURCES')];
    expect(sources.sort()).to.deep.equal(target.sources.map((file) => `native/${file}`).sort());
    const files = readdirSync(join(root, 'native'), { recursive: true, encoding: 'utf8' });
    const compiled = files.filter((file) => file.endsWith('.cc')).map((file) => file.replaceAll('\\', '/'));
    const own = compiled.filter((file) => !file.startsWith('mpi/'));
    expect(own.sort()).to.deep.equal([...target.sources].sort());
    const ofMpi = SOURCES.filter((file: string) => file.startsWith('mpi/'));
    expect(compiled.filter((file) => file.startsWith('mpi/')).sort()).to.deep.equal([...ofMpi].sort());
  });

  it('lend the MPI addon their flags, defines and baseline', () => {
    const flags: string[] = compileFlags(join(root, 'native'));
    expect(flags).to.include.members([...target.cflags_cc, ...target.defines.map((define) => `-D${define}`)]);
    expect(flags.filter((flag) => flag.startsWith('-march='))).to.have.length(
      ['x64', 'arm64'].includes(process.arch) ? 1 : 0,
    );
  });

  it('set the same defines', () => {
    expect(cmakeList('ADAMAX_DEFINES')).to.deep.equal(target.defines);
  });

  it('give the same flags, in the same order', () => {
    expect(cmakeList('ADAMAX_FLAGS')).to.deep.equal(target.cflags_cc);
  });

  it('link the threads of the system', () => {
    const libraries = target.conditions.flatMap(([, { libraries }]) => libraries ?? []);
    expect(libraries).to.deep.equal(['-pthread']);
    expect(cmake).to.contain('set(THREADS_PREFER_PTHREAD_FLAG ON)').and.to.contain('PRIVATE Threads::Threads)');
  });

  it('give a debug build the same flags, but for optimization', () => {
    const changes = [...cmake.matchAll(/list\(([A-Z_]+) ADAMAX_FLAGS ([^)]*)\)/g)].map(
      ([, how, what]) => `${how} ${what}`,
    );
    const debug = changes.filter((change) => !change.startsWith('APPEND -march='));
    expect(debug).to.deep.equal(['REMOVE_ITEM -O3 /O2']);
  });

  it('pin the baseline of each processor, and nothing of the build machine', () => {
    const pinned = target.conditions.flatMap(([, { cflags_cc }]) => cflags_cc ?? []);
    expect(pinned).to.deep.equal(['-march=x86-64', '-march=armv8-a']);
    for (const flag of pinned) expect(cmake).to.contain(`list(APPEND ADAMAX_FLAGS ${flag})`);
    expect(JSON.stringify(gyp) + cmake).to.not.match(/march=native|-mavx|-mfma|fast-math/);
  });
});

describe('the folder a build leaves its addon in', () => {
  it('holds exactly one .node', () => {
    const loader = createRequire(import.meta.url)('node-gyp-build') as { resolve(directory: string): string };
    const folder = dirname(loader.resolve(root)); // of this package, or of ADAMAX_PREBUILD
    expect(readdirSync(folder).filter((file) => file.endsWith('.node'))).to.deep.equal(['adamax.node']);
  });
});
