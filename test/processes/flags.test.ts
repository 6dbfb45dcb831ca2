import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { implementations } from '../support/implementations.js';
import { root } from '../support/process.js';

/** The first example of the README, which prints these numbers. */
const [, example] = /```js\n([\s\S]*?)```/.exec(readFileSync(join(root, 'README.md'), 'utf8')) as unknown as string[];
const NUMBERS = '0.90 2.10 -0.10\n2 0.02\n';

const hasNative = implementations.length > 1;
const [major] = process.versions.node.split('.').map(Number);
const permission = major >= 24 ? '--permission' : '--experimental-permission';

/** Flags of Node, and whether the addon can be loaded under them. */
const FLAGS: [string[], boolean][] = [
  [['--frozen-intrinsics'], true],
  [['--disable-proto=delete'], true],
  [['--disable-proto=throw'], true],
  [['--disallow-code-generation-from-strings'], true],
  [['--jitless'], true],
  [['--no-opt', '--max-lazy'], true],
  [['--stack-size=200'], true],
  [['--force-node-api-uncaught-exceptions-policy=true'], true],
  [['--no-addons'], false],
  [[permission, '--allow-fs-read=*', '--allow-addons'], true],
  [[permission, '--allow-fs-read=*'], false],
];

describe('the first example of the README', () => {
  for (const [flags, loads] of FLAGS) {
    it(`gives the same numbers under ${flags.join(' ')}${loads ? '' : ', on the fallback'}`, () => {
      const isa = "import { isa } from 'adamax/kernels';\nprocess.stderr.write('[' + isa() + ']');\n";
      const args = [...flags, '--input-type=module', '--eval', example + isa];
      const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
      expect({ status, signal, stdout }, stderr).to.deep.equal({ status: 0, signal: null, stdout: NUMBERS });
      expect(/\[js\]/.test(stderr), stderr).to.equal(!loads || !hasNative);
      expect(/ADAMAX_NO_NATIVE/.test(stderr), stderr).to.equal(!loads || !hasNative);
    });
  }
});
