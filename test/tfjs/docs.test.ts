import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { root, runModule } from '../support/process.js';

/** The TensorFlow.js under test, with its backends, takes the place of the one that a reader has. */
const PEER = "import { tf } from './out/test/tfjs/peer.js';\nawait tf.setBackend('cpu');";

describe('docs/tfjs.md', () => {
  const text = readFileSync(join(root, 'docs', 'tfjs.md'), 'utf8');
  const blocks = [...text.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, code]) => code);

  // Blocks run in the folder in which `adamax` is this package, and one writes there.
  afterEach(() => rmSync(join(root, 'training.safetensors'), { force: true }));

  blocks.forEach((block, i) => {
    it(`block ${i + 1} runs and prints what its comments say`, () => {
      const code = block
        .replace("import '@tensorflow/tfjs-backend-wasm';\n", '')
        .replace("import * as tf from '@tensorflow/tfjs';", PEER);
      expect(code).not.to.equal(block);
      const { code: exit, stdout, stderr } = runModule(code);
      expect(exit, stderr).to.equal(0);
      const promised = [...code.matchAll(/console\.log\(.*\);\s*\/\/ (.*)$/gm)].map(([, line]) => line);
      expect(stdout.trimEnd().split('\n')).to.deep.equal(promised);
    });
  });
});
