import { expect } from 'chai';
import { digestOf } from '../digest.js';
import { settings, trainedAlone } from '../training.js';
import { expectAll, needsMpi, run } from './mpirun.js';
import { twoHosts } from './two-hosts.js';

describe('replicas in processes', function () {
  this.timeout(120_000);
  before(function () {
    needsMpi(this);
  });
  const alone = (withState: boolean) =>
    settings.map(([, make, options]) => {
      const { optimizer, list } = trainedAlone(make, options);
      return digestOf(list, withState ? optimizer.weights : []);
    });

  const layouts = [
    { processes: 2, threads: 1 },
    { processes: 4, threads: 1 },
    { processes: 2, threads: 2 },
  ];
  for (const shardState of [false, true]) {
    for (const { processes, threads } of layouts) {
      const replicas = processes * threads;
      const title = `${processes} × ${threads} have the bits of one${shardState ? ', with sharded state' : ''}`;
      it(title, async () => {
        const program = threads === 1 ? '../../programs/train' : '../../programs/hybrid';
        const args = [JSON.stringify({ shardState, isMirrored: false })];
        const ended = await run({ ranks: processes, program, args });
        expectAll(ended, replicas);
        const digests = alone(!shardState);
        expect(ended.ranks).to.deep.equal(
          ended.ranks.map(({ host }, rank) => ({ rank, size: replicas, host, digests })),
        );
      });
    }
  }

  it('2 on each of two hosts have the bits of one, with sharded state or without', async function () {
    const hosts = twoHosts(2);
    if (hosts === null) {
      process.stderr.write('adamax: the test on two hosts is left out: no network namespaces can be made here\n');
      return this.skip();
    }
    try {
      for (const shardState of [false, true]) {
        const args = [JSON.stringify({ shardState, isMirrored: false })];
        const ended = await run({ ranks: 4, program: '../../programs/train', args, hosts });
        expectAll(ended, 4);
        const digests = alone(!shardState);
        expect(ended.ranks.map((report) => report.digests)).to.deep.equal(Array(4).fill(digests));
        expect(new Set(ended.ranks.map(({ host }) => host)).size).to.equal(2);
      }
    } finally {
      hosts.remove();
    }
  });
});
