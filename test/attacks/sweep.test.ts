import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { implementations } from '../support/implementations.js';

const sweep = fileURLToPath(new URL('sweep.js', import.meta.url));

/** The fallback, and the addon: what runs in JavaScript is the same for each of its instruction sets. */
const [fallback, best] = [implementations[0], implementations[implementations.length - 1]];

describe('memory that goes when a built-in is used', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'adamax-attacks-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const isa of new Set([fallback, best])) {
    it(`in the midst of any call is seen, or the call was over, on ${isa}`, function () {
      this.timeout(600_000);
      const journal = join(folder, isa);
      const env = { ...process.env, ADAMAX_ISA: isa };
      const { status, signal, stdout, stderr } = spawnSync(process.execPath, [sweep, 'sample', journal], {
        env,
        encoding: 'utf8',
      });
      const last = `the last attack: ${readFileSync(journal, 'utf8').trim()}`;
      expect({ status, signal, stderr }, last).to.deep.equal({ status: 0, signal: null, stderr: '' });
      const { attacks, faults } = JSON.parse(stdout);
      expect(faults).to.deep.equal([]);
      expect(attacks).to.be.greaterThan(1000);
    });
  }
});
