/**
 * The published package on musl, which no Node from npm is built for: Bun is. It is linked to a libstdc++ for musl,
 * which Debian does not have, but wheels for Python do.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { trained } from '../app.mjs';
import { appWith, expectTrained } from '../emulated.mjs';
import { check, emptyFolder, equal, matches, must, need, needX64, tools } from '../harness.mjs';

export const title = 'musl, by Bun';

const here = fileURLToPath(new URL('.', import.meta.url));

export default async function muslPart() {
  needX64();
  need('/lib/ld-musl-x86_64.so.1', 'musl');
  need('gcc', 'gcc', 'libc6-dev');
  need('python3', 'python3-minimal');
  need('pip3', 'python3-pip');
  const cwd = appWith('linux-x64/adamax.musl.node');
  const bun = join(tools(here), '@oven', 'bun-linux-x64-musl', 'bin', 'bun');
  const env = { LD_LIBRARY_PATH: libraries() };

  await check('the binary for musl is taken, by what the process is linked to', () => {
    const { stdout } = must(bun, ['node_modules/adamax/dist/cli/main.js', 'info', '--json'], { cwd, env });
    const { isa, platform, binary, problem } = JSON.parse(stdout);
    equal({ isa, problem }, { isa: trained().isa, problem: null });
    matches(binary.path, /\/prebuilds\/linux-x64\/adamax\.musl\.node$/, 'binary');
    matches(platform, /musl/, 'platform');
  });
  await check(`${trained().available.join(', ')} train to the same bits`, () => {
    expectTrained(must(bun, ['training.mjs'], { cwd, env }).stdout, { isa: trained().isa });
  });
  await check('so does the fallback, where it is asked for', () => {
    const { stdout } = must(bun, ['training.mjs'], { cwd, env: { ...env, ADAMAX_ISA: 'js' } });
    expectTrained(stdout, { isa: 'js' });
  });
}

/**
 * Of GCC 10: later wheels are linked in a way (DT_RELR) that Debian's musl 1.2.3 cannot load. Two functions that this
 * one lacks end the process, as they would.
 * @returns a folder with libstdc++.so.6 and libgcc_s for musl
 */
function libraries() {
  const folder = emptyFolder('libstdcxx');
  const wanted = ['--platform', 'musllinux_1_1_x86_64', '--python-version', '3.11', '--only-binary=:all:', '--no-deps'];
  must('pip3', ['download', '-q', '--dest', folder, ...wanted, 'contourpy==1.2.0']);
  const [wheel] = readdirSync(folder).filter((name) => name.endsWith('.whl'));
  must('python3', ['-m', 'zipfile', '-e', wheel, '.'], { cwd: folder });
  const lib = join(folder, 'contourpy.libs');
  const [libstdcxx] = readdirSync(lib).filter((name) => name.startsWith('libstdc++'));
  const args = ['-shared', '-fPIC', '-nostdlib', '-Wl,--no-as-needed,-soname,libstdc++.so.6'];
  must('gcc', [...args, join(here, 'missing.c'), libstdcxx, '-o', 'libstdc++.so.6'], { cwd: lib });
  return lib;
}
