import { hostname } from 'node:os';
import { expect } from 'chai';
import { digestOf } from '../digest.js';
import { settings, trainedAlone } from '../training.js';
import { launched } from './support.js';

describe('replicas in threads, which block', () => {
  const alone = (withState: boolean) =>
    settings.map(([, make, options]) => {
      const { optimizer, list } = trainedAlone(make, options);
      return digestOf(list, withState ? optimizer.weights : []);
    });

  for (const shardState of [false, true]) {
    for (const replicas of [2, 4]) {
      const title = `${replicas} have the bits of one process${shardState ? ', with sharded state' : ''}`;
      it(title, async () => {
        const data = { shardState, isMirrored: true, local: replicas };
        const { reports, error } = await launched('../../programs/train.js', replicas, data, { timeoutSeconds: 60 });
        expect(error).to.equal(undefined);
        const digests = alone(!shardState);
        expect(reports).to.deep.equal(reports.map((_, rank) => ({ rank, size: replicas, host: hostname(), digests })));
      }).timeout(120_000);
    }
  }
});
