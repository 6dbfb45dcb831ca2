import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { implementations } from '../support/implementations.js';
import { root } from '../support/process.js';

/** A dense step and a sparse one; it prints these numbers. */
const example = `
import { Adamax, IndexedSlices, Variable } from 'adamax';

const optimizer = new Adamax({ learningRate: 0.1 });
const weights = new Float32Array([1, 2, 3]);
const bias = new Float32Array([0]);
optimizer.applyGradients([
  [new Float32Array([0.5, -0.5, 0]), weights],
  [new Float32Array([1]), bias],
]);
console.log(weights[0].toFixed(2), weights[1].toFixed(2), bias[0].toFixed(2)); // 0.90 2.10 -0.10

const embedding = new Variable(new Float32Array(1000 * 64), { shape: [1000, 64], name: 'embedding' });
const rows = new IndexedSlices(new Float32Array(3 * 64).fill(0.01), [7, 42, 7]); // row 7 twice: its slices are summed
optimizer.applyGradients([
  [rows, embedding], // only rows 7 and 42, and their moments, change
  [new Float32Array([1]), bias],
]);
console.log(optimizer.iterations.item(), optimizer.getSlot(embedding, 'v').data[7 * 64].toFixed(2)); // 2 0.02
`;
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

describe('a dense step and a sparse one', () => {
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
