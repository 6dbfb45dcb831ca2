import type { OptimizerOptions } from 'adamax';
import { expect } from 'chai';
import { expectSameBits } from '../support/data.js';
import { onEveryImplementation } from '../support/implementations.js';
import { replicas } from './fake.js';
import { type Make, pairsOf, STEPS, settings, shareOf, trainedAlone, variables } from './training.js';

async function trainedTogether(size: number, make: Make, options: OptimizerOptions, shardState: boolean) {
  const all = replicas(size, shardState).strategies.map((strategy) => {
    return { optimizer: strategy.scope(() => make(options)), list: variables() };
  });
  for (let step = 0; step < STEPS; step++) {
    const steps = all.map(({ optimizer, list }, rank) => {
      return optimizer.applyGradientsAsync(pairsOf(shareOf(step, rank, size, list), list));
    });
    expect(await Promise.all(steps)).to.deep.equal(all.map(() => step + 1));
  }
  return all;
}

onEveryImplementation('replicas of a strategy', () => {
  for (const [title, make, options] of settings) {
    it(`have the bits of one process without a strategy: ${title}`, async () => {
      const alone = trainedAlone(make, options);
      for (const size of [2, 4]) {
        for (const { optimizer, list } of await trainedTogether(size, make, options, false)) {
          list.forEach(({ data }, i) => {
            expectSameBits(data, alone.list[i].data, `${size} replicas, variable ${i}`);
          });
          optimizer.weights.forEach(({ data }, i) => {
            expectSameBits(
              data as Float32Array,
              alone.optimizer.weights[i].data as Float32Array,
              `${size} replicas, weight ${i}`,
            );
          });
        }
      }
    });

    it(`have them with sharded state, each its part of the slots: ${title}`, async () => {
      const alone = trainedAlone(make, options);
      for (const size of [2, 4]) {
        const all = await trainedTogether(size, make, options, true);
        for (const { list } of all) {
          list.forEach(({ data }, i) => {
            expectSameBits(data, alone.list[i].data, `${size} replicas, variable ${i}`);
          });
        }
        // What nobody has stepped is what it was: every element that differs from 0 (or 0.1) has one owner.
        for (const name of alone.optimizer.getSlotNames()) {
          alone.list.forEach((variable, i) => {
            const whole = alone.optimizer.getSlot(variable, name).data;
            const parts = all.map(({ optimizer, list }) => optimizer.getSlot(list[i], name).data);
            const owners = parts.map((part) => part.filter((x, k) => x !== 0 && x === whole[k]).length);
            const nonZero = whole.filter((x) => x !== 0).length;
            if (variable.size <= 65536) expect(owners, `slot ${i}`).to.deep.equal(all.map(() => nonZero));
            else expect(owners.reduce((a, b) => a + b)).to.equal(nonZero);
          });
        }
      }
    });
  }
});
