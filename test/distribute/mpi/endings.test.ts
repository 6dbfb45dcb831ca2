import { expect } from 'chai';
import { needsMpi, run } from './mpirun.js';
import { type TwoHosts, twoHosts } from './two-hosts.js';

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

describe('a job on two hosts whose cable is cut while it trains', function () {
  this.timeout(90000);
  let hosts: TwoHosts | null = null;
  before(function () {
    needsMpi(this);
  });
  beforeEach(function () {
    hosts = twoHosts(1);
    if (hosts !== null) return;
    process.stderr.write('adamax: a test of a cut cable is left out: no network namespaces can be made here\n');
    this.skip();
  });
  afterEach(() => hosts?.remove());

  /** How the job ended, and how many seconds after the cut. */
  async function cut(timeoutSeconds: number, limit: number, options: readonly string[]) {
    const both = hosts as TwoHosts;
    let cutAt = 0;
    const underWay = () => {
      cutAt = performance.now();
      both.cut();
    };
    const env = { LIMIT: String(timeoutSeconds) };
    const ended = await run({ ranks: 2, program: 'endless', env, hosts: both, underWay, limit, options });
    const all = `${ended.stdout}\n${ended.stderr}`;
    expect(cutAt, all).to.be.above(0);
    return { ...ended, all, seconds: (performance.now() - cutAt) / 1000 };
  }

  it('is ended by the replica that reaches mpirun, after the time limit, though mpirun waits for the other host', async () => {
    const { code, all } = await cut(2, 20, []);
    expect(all).to.match(/^adamax: ERR_ADAMAX_REPLICA: .* replica 0 of 2 received nothing for 2 s\r?$/m);
    expect(code, all).to.equal(111);
  });

  it('is ended by mpirun, on both hosts, before the time limit where that looks whether the other one is there', async () => {
    const keepalive = { time: 2, intvl: 1, probes: 3 };
    const options = Object.entries(keepalive).flatMap(([name, n]) => ['--mca', `oob_tcp_keepalive_${name}`, String(n)]);
    const { code, all, seconds } = await cut(40, 60, options);
    expect(all).to.match(/lost communication with a remote daemon/);
    expect(code, all).to.be.above(0);
    expect(seconds).to.be.below(30);
  });
});
