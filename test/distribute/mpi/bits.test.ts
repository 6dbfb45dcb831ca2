import { expect } from 'chai';
import { digestOf } from '../digest.js';
import { settings, trainedAlone } from '../training.js';
import { expectAll, needsMpi, run } from './mpirun.js';

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
        expect(ended.ranks).to.deep.equal(ended.ranks.map((_, rank) => ({ rank, size: replicas, digests })));
      });
    }
  }
});
