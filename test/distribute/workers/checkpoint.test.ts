import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fingerprint, toBytes } from 'adamax/checkpoint';
import { expect } from 'chai';
import { inOwnFolder } from '../../support/folder.js';
import { Training } from '../saved-training.js';
import { launched } from './support.js';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('replicas that save and load at once', () => {
  const at = inOwnFolder();

  for (const replicas of [2, 4]) {
    it(`write, and hold, the bytes of one process: ${replicas} of them, with sharded state`, async () => {
      const { reports, error } = await launched('checkpoint.js', replicas, { folder: at('') });
      expect(error).to.equal(undefined);
      const alone = new Training(null).step(3);
      const bytes = sha256(toBytes(alone.content));
      const now = fingerprint(alone.content);
      const later = fingerprint(alone.step(3).content);
      const path = at('folder 0/checkpoint-000001-step3.safetensors');
      expect([sha256(readFileSync(at('saved'))), sha256(readFileSync(path))]).to.deep.equal([bytes, bytes]);
      expect(readdirSync(at('')).sort()).to.deep.equal(['folder 0', 'saved']);
      expect(existsSync(at('none'))).to.equal(false);
      reports.forEach((report, rank) => {
        expect(report).to.deep.include({ bytes, path, now, goesOn: [later, later] });
        const failures = report?.failures as Record<string, { code: string; message: string; cause: string | null }>;
        const told: [string, number, string, RegExp][] = [
          ['no folder', 0, 'ERR_ADAMAX_FILE', /none\/saved must be a file that can be written: /],
          ['bad options', 1, 'ERR_ADAMAX_OPTION', /progres/],
          ['bad options for bytes', 1, 'ERR_ADAMAX_ARG_TYPE', /extra\.f must be JSON/],
          ['bad options for a fingerprint', 0, 'ERR_ADAMAX_OPTION', /x/],
          ['a progress that throws', 0, 'an error', /enough/],
          ['an exchange within', 0, 'ERR_ADAMAX_BUSY', /reduce must not be called by code that save runs: /],
        ];
        for (const [what, where, code, message] of told) {
          expect(failures[what].code, what).to.equal('ERR_ADAMAX_REPLICA');
          expect(failures[what].message, what).to.match(message).and.contain(`an error of replica ${where}: `);
          expect(failures[what].cause, what).to.equal(rank === where ? code : null);
        }
      });
    });
  }
});
