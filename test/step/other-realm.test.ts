import { createContext, runInContext } from 'node:vm';
import { Adamax, IndexedSlices, Variable } from 'adamax';
import { adamaxStep, sumSquares } from 'adamax/kernels';
import { expect } from 'chai';
import { expectSameBits, f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';

/** What a script makes whose built-ins are not ours. */
const made = <T>(source: string) => runInContext(`(${source})`, createContext({})) as T;

onEveryImplementation('what comes from another context of node:vm', () => {
  it('is taken as ours is: arrays, lists, iterators, shapes, options and functions', () => {
    const [ours, theirs] = [
      [f32(1, 2), new Variable(f32(1, 2, 3, 4), { shape: [2, 2] })] as const,
      [
        made<Float32Array>('Float32Array.of(1, 2)'),
        new Variable(made<Float32Array>('Float32Array.of(1, 2, 3, 4)'), made('{ shape: [2, 2] }')),
      ] as const,
    ];
    const optimizer = new Adamax({ learningRate: 0.5 });
    const other = new Adamax(made('{ learningRate: () => 0.5 }'));
    for (let k = 0; k < 3; k++) {
      optimizer.applyGradients([
        [f32(1, -1), ours[0]],
        [new IndexedSlices(f32(1, 1), [1]), ours[1]],
      ]);
      const rows = new IndexedSlices(made('Float32Array.of(1, 1)'), made('[1]'));
      const pairs = made<(...args: unknown[]) => never>('function* (...args) { yield* args; }');
      other.applyGradients(pairs([made('Float32Array.of(1, -1)'), theirs[0]], [rows, theirs[1]]));
    }
    expectSameBits(theirs[0], ours[0], 'array');
    expectSameBits(theirs[1].data, ours[1].data, 'table');
    other.setWeights(made<(x: unknown) => never>('(weights) => Array.from(weights)')(optimizer.getWeights()));
    expect(other.getSlot(theirs[0], 'm').data).to.deep.equal(optimizer.getSlot(ours[0], 'm').data);
    expect(sumSquares(made('Float32Array.of(3, 4)'))).to.equal(25);
    const [p, m, u] = [f32(1), f32(0), f32(0)];
    adamaxStep(
      p,
      m,
      u,
      made('Float32Array.of(1)'),
      made('{ oneMinusBeta1: 0.1, beta2: 0.9, alpha: 0.5, epsilon: 1e-7 }'),
    );
    expect(m[0]).to.be.closeTo(0.1, 1e-7);
  });

  it('is seen to have gone, as ours is', () => {
    const optimizer = new Adamax();
    const [gone, p] = [made<Float32Array>('Float32Array.of(1, 2)'), made<Float32Array>('Float32Array.of(1, 2)')];
    optimizer.applyGradients([[gone, p]]);
    structuredClone(null, { transfer: [gone.buffer] } as never);
    expectError(() => optimizer.applyGradients([[gone, p]]), TypeError, 'ERR_ADAMAX_DETACHED', /^gradient at/);
    structuredClone(null, { transfer: [p.buffer] } as never);
    expectError(() => optimizer.applyGradients([[f32(1, 1), p]]), TypeError, 'ERR_ADAMAX_DETACHED', /live memory/);
  });
});
