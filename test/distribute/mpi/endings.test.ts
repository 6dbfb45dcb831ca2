import { expect } from 'chai';
import { needsMpi, run } from './mpirun.js';

/** How rank 1 ends; the code of the job, and what it says. Rank 0 exchanges for ever, so nothing else ends it. */
const ENDINGS: readonly (readonly [how: string, code: number, says?: RegExp])[] = [
  ['is killed', 137, /signal 9/],
  ['throws', 1, /an error of the program/],
  ['exits', 7],
  ['exits in flight', 5],
  ['ends without close', 1],
  ['ends with a code', 9],
];

/** What MPI or the system say when memory goes that another rank reads. */
const CRASH = /Read -1, errno|Segmentation fault|signal 11|signal 6|terminate called/;

describe('a job of which a replica is lost', function () {
  this.timeout(90000);
  before(function () {
    needsMpi(this);
  });

  for (const [how, code, says = /opened/] of ENDINGS) {
    it(`ends with ${code} when one ${how}`, async () => {
      const ended = await run({ ranks: 2, program: 'ending', args: [how] });
      const all = `${ended.stdout}\n${ended.stderr}`;
      expect(ended.ranks, all).to.have.length(2);
      expect(ended.code, all).to.equal(code);
      expect(all).to.match(says).and.to.not.match(CRASH);
    });
  }

  const sentence =
    /^adamax: ERR_ADAMAX_REPLICA: all replicas must .*: (a )?replica (0 )?of 2 received nothing for 2 s\r?$/m;

  for (const [how, blocked] of [
    ['hangs', 'blocked'],
    ['hangs', 'free'],
    ['never opens', 'blocked'],
  ]) {
    it(`ends with 111 after the time limit when one ${how}, the other ${blocked}`, async () => {
      const ended = await run({ ranks: 2, program: 'ending', args: [how, blocked], env: { LIMIT: '2' } });
      const all = `${ended.stdout}\n${ended.stderr}`;
      expect(ended.code, all).to.equal(111);
      expect(all).to.match(sentence);
      expect(ended.seconds).to.be.within(2, 30);
    });
  }

  it('refuses all that comes after an error of MPI, where that is not a silence', async () => {
    const ended = await run({ ranks: 2, program: 'ending', args: ['disagrees'], env: { LIMIT: '10' } });
    const all = `${ended.stdout}\n${ended.stderr}`;
    // Messages of other lengths than expected are an error in MPI, or wait for what never comes.
    if (ended.code === 111) return;
    expect(ended.code, all).to.equal(3);
    const errors = ended.ranks.find((of) => 'errors' in of)?.errors as string[];
    expect(errors, all).to.have.length(4);
    for (const error of errors) {
      expect(error).to.match(/^ERR_ADAMAX_REPLICA: replicas must all be there .*: received '?MPI_ERR_/);
    }
  });

  it('ends with 111 when one closes while others exchange', async () => {
    const ended = await run({ ranks: 2, program: 'ending', args: ['hangs in close'], env: { LIMIT: '2' } });
    expect(ended.code, `${ended.stdout}\n${ended.stderr}`).to.equal(111);
  });

  it('ends when the thread that opened it does, in the midst of an exchange', async () => {
    const ended = await run({ ranks: 2, program: 'opening', args: ['terminated'] });
    const all = `${ended.stdout}\n${ended.stderr}`;
    expect(ended.code, all).to.equal(1);
    expect(all).to.not.match(CRASH);
  });
});
