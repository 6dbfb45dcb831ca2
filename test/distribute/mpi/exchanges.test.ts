import { expect } from 'chai';
import { expectAll, needsMpi, run } from './mpirun.js';

describe('exchanges between processes', function () {
  this.timeout(90000);
  before(function () {
    needsMpi(this);
  });

  for (const ranks of [1, 2, 3, 4]) {
    it(`have the sum of the tree, and every part, in each of ${ranks} ranks`, async () => {
      const ended = await run({ ranks, program: 'exchanges' });
      expectAll(ended, ranks);
      for (const { size, local, wrong } of ended.ranks) {
        expect({ size, local, wrong }).to.deep.equal({ size: ranks, local: ranks, wrong: [] });
      }
    });
  }

  it('gather what is more than one call of MPI can count', async () => {
    const ended = await run({ ranks: 3, program: 'exchanges', args: ['1001', '9000'] });
    expectAll(ended, 3);
    for (const { wrong } of ended.ranks) expect(wrong).to.deep.equal([]);
  });

  it('come in order, posted at once and between others; memory that goes meanwhile is told of', async () => {
    const ended = await run({ ranks: 2, program: 'order' });
    expectAll(ended, 2);
    for (const { rank: _, wrong, ...errors } of ended.ranks) {
      expect(wrong).to.deep.equal([]);
      const patterns: Record<string, RegExp> = {
        lost: /^ERR_ADAMAX_DETACHED: arrays must not be transferred .*: received one on a detached buffer$/,
        detached: /^ERR_ADAMAX_DETACHED: from must be a view on live memory: received /,
        lengths: /^ERR_ADAMAX_LENGTH: to must be as long as from: received /,
        overlap: /^ERR_ADAMAX_OVERLAP: to must be the same array as from, or apart: received /,
        borders: /^ERR_ADAMAX_ARG_TYPE: borders must be numbers that never decrease/,
        floats: /^ERR_ADAMAX_ARG_TYPE: from must be a Float32Array: received /,
        late: /^ERR_ADAMAX_STATE: exchanges must come before close: received 0 after it$/,
        lateAsync: /^ERR_ADAMAX_STATE: exchanges must come before close: received 0 after it$/,
      };
      expect(Object.keys(errors).sort()).to.deep.equal(Object.keys(patterns).sort());
      for (const [name, pattern] of Object.entries(patterns)) expect(errors[name], name).to.match(pattern);
    }
  });

  it('leave the event loop free', async () => {
    const ended = await run({ ranks: 2, program: 'beats' });
    expectAll(ended, 2);
    for (const { beats, sum } of ended.ranks) {
      expect(sum).to.equal(12);
      // A loop that was blocked by each of the three sums would beat four times.
      expect(beats).to.be.greaterThan(6);
    }
  });
});
