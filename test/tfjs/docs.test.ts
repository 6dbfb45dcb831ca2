import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { blocksOf, promised, runBlock } from '../support/pages.js';
import { root } from '../support/process.js';

describe('docs/tfjs.md', () => {
  const blocks = blocksOf('docs/tfjs.md').filter(({ language }) => language === 'js');

  // Blocks run in the folder in which `adamax` is this package, and one writes there.
  afterEach(() => rmSync(join(root, 'training.safetensors'), { force: true }));

  blocks.forEach(({ code }, i) => {
    it(`block ${i + 1} runs and prints what its comments say`, () => {
      expect(code).to.include("import * as tf from '@tensorflow/tfjs';");
      const { code: exit, stdout, stderr } = runBlock(code);
      expect(exit, stderr).to.equal(0);
      expect(stdout.trimEnd().split('\n')).to.deep.equal(promised(code));
    });
  });
});
