import { Adamax, type AdamaxOptions, IndexedSlices, Variable } from 'adamax';
import { expect } from 'chai';
import { expectEqualNorms, expectExplained, expectOtherwise } from './golden/expect.js';
import { follow, type Model } from './golden/follow.js';
import { inputsOf, sizeOf, spec } from './golden/inputs.js';
import { type Recorded, readGolden, readTrajectories } from './golden/recorded.js';
import * as tables from './golden/tables.js';
import { expectAllClose } from './support/close.js';
import { expectSameBits, f32 } from './support/data.js';
import { expectError } from './support/errors.js';
import { onEveryImplementation } from './support/implementations.js';

const legacy = readTrajectories('legacy');
const keras3 = readTrajectories('keras3');
const torch = readTrajectories('torch');
const configs = readGolden<Configs>('configs');

interface Configs {
  readonly legacy: Readonly<Record<'fresh' | 'used', Record<string, unknown>>>;
  readonly loads: Readonly<Record<string, { config: object; results: Record<string, { config: object }> }>>;
  readonly facts: Readonly<Record<string, Record<string, unknown> & { p: number[][] }>>;
}

/** As the recorders have them: record_legacy.py, record_keras3.py. */
const OTHER = { beta1: 0.5, beta2: 0.9, epsilon: 1e-3 };

/** The recorded numbers of one variable after the last step. */
function lastOf(recorded: Recorded, key: 'p' | 'm' | 'v', name: string): Float32Array {
  const { variables } = spec.inputs[recorded.inputs];
  const counts = variables.map(({ shape, stride }) => Math.ceil(sizeOf(shape) / stride));
  const position = variables.findIndex((variable) => variable.name === name);
  const tail = counts.slice(position).reduce((sum, count) => sum + count, 0);
  const begin = recorded[key].length - tail;
  return recorded[key].slice(begin, begin + counts[position]);
}

const LEGACY: Record<string, { recorded: string; options: AdamaxOptions; model: Model }> = {
  'dense gradients, all defaults': { recorded: 'dense', options: {}, model: { rate: 0.001 } },
  'other hyperparameters': {
    recorded: 'other',
    options: { learningRate: 0.1, ...OTHER },
    model: { rate: 0.1, ...OTHER },
  },
  decay: {
    recorded: 'decay',
    options: { learningRate: 0.01, decay: 0.01 },
    model: { rate: 0.01, decay: 0.01 },
  },
  'sparse gradients, unsorted and with duplicates': {
    recorded: 'sparse',
    options: { learningRate: 0.01 },
    model: { rate: 0.01 },
  },
  'sparse gradients, other hyperparameters': {
    recorded: 'sparse_other',
    options: { learningRate: 0.1, ...OTHER },
    model: { rate: 0.1, ...OTHER },
  },
};

onEveryImplementation('golden: Adamax follows tf_keras.optimizers.legacy.Adamax for 1,000 steps', () => {
  for (const [title, { recorded, options, model }] of Object.entries(LEGACY)) {
    it(`with ${title}`, () => {
      const distances = follow(legacy[recorded], new Adamax(options), model);
      expectExplained(distances);
      expectEqualNorms(distances);
    });
  }

  it('with a restart from its weights at step 300, and iterations set back to 50 at step 600', () => {
    const optimizer = new Adamax({ learningRate: 0.01, decay: 0.01 });
    const distances = follow(legacy.restart, optimizer, {
      rate: 0.01,
      decay: 0.01,
      before(step, current, variables) {
        if (step === 601) current.iterations.assign(50);
        if (step !== 301) return current;
        const next = Adamax.fromConfig(current.getConfig());
        next.build(variables);
        next.setWeights(current.getWeights());
        return next;
      },
    });
    expectExplained(distances);
    expectEqualNorms(distances);
    const uninterrupted = follow(legacy.restart, new Adamax({ learningRate: 0.01, decay: 0.01 }), {
      rate: 0.01,
      decay: 0.01,
    });
    expect(uninterrupted.p.ratio, 'without the step back of iterations').to.be.above(1);
  });
});

onEveryImplementation('golden: Adamax differs from tf_keras.optimizers.legacy.Adamax on purpose:', () => {
  it('a first moment without gradients becomes zero, and does not stay among the smallest normal numbers', () => {
    // There 0.1·m is flushed to zero as soon as it is subnormal, and m stays what it is.
    for (const m of lastOf(legacy.dense, 'm', 'early')) expect(Math.abs(m)).to.be.within(2 ** -126, 10 * 2 ** -126);
    const { variables, start, gradients } = inputsOf('dense');
    const early = variables.findIndex(({ name }) => name === 'early');
    const p = start[early].slice();
    const optimizer = new Adamax();
    for (const gradient of gradients) optimizer.applyGradients([[gradient[early], p]]);
    expectSameBits(optimizer.getSlot(p, 'm').data, new Float32Array(p.length), 'm');
  });

  it('decay takes effect when it is set later', () => {
    const there = configs.facts['decay set to 1 after the first of three steps'].p;
    const withDecay = configs.facts['decay 1, three steps'].p;
    expectAllClose(there[2], [0.7, 1.3]);
    const p = f32(1, 1);
    const optimizer = new Adamax({ learningRate: 0.1 });
    for (let step = 0; step < 3; step++) {
      optimizer.applyGradients([[f32(1, -2), p]]);
      optimizer.decay = 1;
      expectAllClose(p, withDecay[step]);
    }
  });
});

const { facts } = configs;

describe('golden: Adamax refuses what tf_keras.optimizers.legacy.Adamax takes:', () => {
  it('an epsilon of 0, which is replaced by the default there', () => {
    expect(facts['epsilon 0'].epsilon).to.equal(1e-7);
    expectError(() => new Adamax({ epsilon: 0 }), RangeError, 'ERR_ADAMAX_ARG_VALUE', /^epsilon .* received 0$/);
  });

  it('betas outside of [0, 1)', () => {
    expect(facts['beta_1 1.5, one step'].iterations).to.equal(1);
    expect(facts['beta_1 1, one step'].p).to.deep.equal([[null, null]]); // NaN
    for (const beta1 of [1.5, 1]) {
      expectError(() => new Adamax({ beta1 }), RangeError, 'ERR_ADAMAX_ARG_VALUE', /^beta1 must be in \[0, 1\)/);
    }
  });

  it('a variable that is listed twice', () => {
    const [[x]] = facts['one variable twice, one step'].p;
    expect(x).to.be.closeTo(1 - 0.1 - 0.19, 1e-6);
    const p = f32(1, 1);
    expectError(
      () => new Adamax({ learningRate: 0.1 }).applyGradients([0, 1].map(() => [f32(1, -2), p] as const)),
      RangeError,
      'ERR_ADAMAX_DUPLICATE',
      /and again at gradsAndVars\[1\]\[1\]$/,
    );
  });
});

describe('golden: Adamax keeps what tf_keras.optimizers.legacy.Adamax changes:', () => {
  it('a later learning rate of 0.5, which becomes 0 there where the first one was 1', () => {
    expect(facts['learning_rate 1, integer, then 0.5']).to.deep.equal({ first: 1, second: 0 });
    const optimizer = new Adamax({ learningRate: 1 });
    optimizer.lr = 0.5;
    expect(optimizer.lr).to.equal(0.5);
  });

  it('the config given to fromConfig, whose keys are changed there', () => {
    expect(facts['from_config of {lr: 0.5} leaves its argument as']).to.deep.equal({ learning_rate: 0.5 });
    const config = { lr: 0.5 };
    expect(Adamax.fromConfig(config).learningRate).to.equal(0.5);
    expect(config).to.deep.equal({ lr: 0.5 });
  });
});

describe('golden: configs of Adamax', () => {
  it('getConfig() is the get_config() of the original, key by key and in its order', () => {
    expect(Object.entries(new Adamax().getConfig())).to.deep.equal(Object.entries(configs.legacy.fresh));
  });

  it('fromConfig() takes what the original writes, before its first step and after', () => {
    expect(Adamax.fromConfig(configs.legacy.fresh).getConfig()).to.deep.equal(configs.legacy.fresh);
    // After a step its numbers have been through float32; they are taken as they are.
    const { clipnorm, ...used } = configs.legacy.used;
    expect(clipnorm).to.equal(1);
    expect(used.learning_rate).to.equal(Math.fround(0.001));
    expect(Adamax.fromConfig(used).getConfig()).to.deep.equal(used);
  });

  it('what we write loads in the original, unchanged', () => {
    for (const { config, results } of [configs.loads.fresh, configs.loads.decayed]) {
      expect(Adamax.fromConfig(config).getConfig()).to.deep.equal(config);
      const made = results['tf_keras.optimizers.legacy.Adamax.from_config'];
      expect(made).to.deep.equal({ class: 'tf_keras.src.optimizers.legacy.adamax.Adamax', config });
    }
  });
});

onEveryImplementation('golden: Adamax follows keras.optimizers.Adamax (Keras 3) for 1,000 steps', () => {
  it('with dense gradients, all defaults', () => {
    const distances = follow(keras3.dense, new Adamax(), { rate: 0.001 });
    expectExplained(distances);
    expectEqualNorms(distances);
    // 1 − β₁ is rounded as it is here, so m has equal bits, too
    expect(distances.m.ulps, distances.m.where).to.be.below(1e-20);
  });

  it('with other hyperparameters', () => {
    const distances = follow(keras3.other, new Adamax({ learningRate: 0.1, ...OTHER }), { rate: 0.1, ...OTHER });
    expectExplained(distances);
    expectEqualNorms(distances);
  });

  it('but leaves rows alone that a sparse gradient does not name, by choice, which are stepped there', () => {
    const optimizer = () => new Adamax({ learningRate: 0.01 });
    const asDense = follow(keras3.sparse, optimizer(), { rate: 0.01, densify: true });
    expectExplained(asDense);
    expectEqualNorms(asDense);
    expectOtherwise(follow(keras3.sparse, optimizer(), { rate: 0.01 }), ['p', 'm', 'v']);
  });

  it('but sums the slices of a row before their absolute value is taken, by choice, not after', () => {
    const { m, v } = readGolden<{ duplicates: Record<'p' | 'm' | 'v', number[]> }>('keras3').duplicates;
    expect([m[0], v[0]]).to.deep.equal([Math.fround(0.2), 4]); // 3 − 1, but 3 + 1
    const p = new Variable(f32(1, 1), { shape: [2, 1] });
    const optimizer = new Adamax({ learningRate: 0.1 });
    optimizer.applyGradients([[new IndexedSlices(f32(3, -1), [0, 0]), p]]);
    expect([...optimizer.getSlot(p, 'm').data]).to.deep.equal([Math.fround(0.2), 0]);
    expect([...optimizer.getSlot(p, 'v').data]).to.deep.equal([2, 0]);
  });
});

onEveryImplementation('golden: Adamax follows torch.optim.Adamax for 1,000 steps', () => {
  it('but for ε, which is outside of the maximum by choice, and explains all of the difference', () => {
    expectExplained(follow(torch.dense, new Adamax(), { rate: 0.001, epsilonInside: true }));
    const large = { rate: 0.001, epsilon: 1e-2 };
    expectExplained(follow(torch.large_epsilon, new Adamax({ epsilon: 1e-2 }), { ...large, epsilonInside: true }));
    // were ε in the same place
    expectOtherwise(follow(torch.dense, new Adamax(), { rate: 0.001 }), ['p', 'v']);
    expectOtherwise(follow(torch.large_epsilon, new Adamax({ epsilon: 1e-2 }), large), ['p', 'v']);
  });
});

onEveryImplementation("golden: Adamax has the numbers of the original's and other projects' own tests:", () => {
  it('TensorFlow, adamax_test.py: dense, with both moments; a learning rate that is a function', () => {
    for (const learningRate of [0.001, () => 0.001]) {
      const [var0, var1] = [f32(1, 2), f32(3, 4)];
      const optimizer = new Adamax({ learningRate });
      for (const row of tables.dense) {
        optimizer.applyGradients([
          [f32(0.1, 0.1), var0],
          [f32(0.01, 0.01), var1],
        ]);
        const moments = [var0, var1].map((p) => ['m', 'v'].map((slot) => optimizer.getSlot(p, slot).data[1]));
        expectAllClose([var0[0], ...moments[0], var1[0], ...moments[1]], row);
      }
    }
  });

  it('TensorFlow, adamax_test.py: sparse, with both moments', () => {
    const [var0, var1] = [f32(1, 2, 3), f32(4, 5, 6)];
    const optimizer = new Adamax();
    for (const [p0, m0, v0, p1] of tables.sparse) {
      optimizer.applyGradients([
        [new IndexedSlices(f32(0.1, 0.1), [0, 1], [3]), var0],
        [new IndexedSlices(f32(0.01, 0.01), [2, 1], [3]), var1],
      ]);
      expectAllClose(var0, p0);
      expectAllClose(optimizer.getSlot(var0, 'm').data, m0, 1e-8);
      expectAllClose(optimizer.getSlot(var0, 'v').data, v0, 1e-8);
      expectAllClose(var1, p1);
    }
  });

  it('TensorFlow, adamax_test.py: repeated indices, with both moments', () => {
    const p = new Variable(f32(1, 2), { shape: [2, 1] });
    const optimizer = new Adamax();
    for (const [row, m, v] of tables.repeated) {
      optimizer.applyGradients([[new IndexedSlices(f32(0.1, 0.1), [1, 1]), p]]);
      expectAllClose(p.data, [1, row]);
      expectAllClose(optimizer.getSlot(p, 'm').data, [0, m], 1e-8);
      expectAllClose(optimizer.getSlot(p, 'v').data, [0, v], 1e-7);
    }
  });

  it('TensorFlow, adamax_test.py: indices of 32 and 64 bits', () => {
    for (const indices of [Int32Array.of(0, 1), BigInt64Array.of(0n, 1n)]) {
      const p = new Variable(f32(1, 2), { shape: [2, 1] });
      new Adamax({ learningRate: 3 }).applyGradients([[new IndexedSlices(f32(1, 1), indices), p]]);
      expectAllClose(p.data, [1 - 3, 2 - 3], 5e-7); // two ulp of the step
    }
  });

  it('TensorFlow, adamax_test.py: five variables of its own for two scalars', () => {
    const scalars = [1, 1].map((x) => new Variable(f32(x), { shape: [] }));
    const optimizer = new Adamax({ learningRate: 1 });
    optimizer.applyGradients(scalars.map((p) => [f32(1), p] as const));
    expect(new Set(optimizer.variables()).size).to.equal(5);
  });

  it('TensorFlow, adamax_test.py: lr and learning_rate', () => {
    for (const [options, rate] of [
      [{ lr: 1 }, 1],
      [{ learningRate: 0.1, lr: 1 }, 1],
      [{ learningRate: 0.1 }, 0.1],
    ] as const) {
      expect(new Adamax(options).lr).to.equal(rate);
    }
  });

  it('TensorFlow, optimizer_v2_test.py: the weights of one optimizer in another', () => {
    const [p1, p2] = [f32(1, 2), f32(1, 2)];
    const [first, second] = [new Adamax({ learningRate: 1 }), new Adamax({ learningRate: 1 })];
    first.applyGradients([[f32(3, -1), p1]]);
    second.applyGradients([[f32(0, 0), p2]]);
    second.setWeights(first.getWeights());
    p2.set(p1);
    first.applyGradients([[f32(-1, 2), p1]]);
    second.applyGradients([[f32(-1, 2), p2]]);
    expectSameBits(p2, p1, 'p');
    expect(second.iterations.item()).to.equal(first.iterations.item());
    const message = /received nothing for 'iterations'$/;
    expectError(() => second.setWeights(first.getWeights().slice(1)), RangeError, 'ERR_ADAMAX_WEIGHTS', message);
  });

  it('Keras 3, adamax_test.py: a single step; rows whose others have no gradient', () => {
    const [gradient, start, result] = tables.singleStep;
    const p = f32(...start);
    new Adamax({ learningRate: 0.5 }).applyGradients([[f32(...gradient), p]]);
    expectAllClose(p, result);

    const [sparse, dense] = [0, 1].map(() => new Variable(new Float32Array(30).fill(1), { shape: [5, 3, 2] }));
    const [a, b] = [new Adamax({ learningRate: 0.5 }), new Adamax({ learningRate: 0.5 })];
    const rows = [0, 2, 4];
    for (let i = 0; i < 5; i++) {
      a.applyGradients([[new IndexedSlices(new Float32Array(18).fill(10 - i), rows), sparse]]);
      b.applyGradients([
        [Float32Array.from({ length: 30 }, (_, at) => (Math.floor(at / 6) % 2 === 0 ? 10 - i : 0)), dense],
      ]);
    }
    expectSameBits(sparse.data, dense.data, 'sparse');
    expect(sparse.data[6]).to.equal(1);
    expect(sparse.data[0]).to.be.below(0);
  });

  it('tfjs, adamax_optimizer_test.ts', () => {
    const x = f32(2, 4);
    const optimizer = new Adamax({ learningRate: 0.1, beta1: 0.8, beta2: 0.9, decay: 0.1 });
    for (const row of tables.tfjs) {
      optimizer.applyGradients([[x.map((value) => 2 * value), x]]);
      expectAllClose(x, row);
    }
  });

  it('optax: the example of its documentation, to its three digits; ε is too small to tell', () => {
    const x = f32(1, 2, 3);
    const optimizer = new Adamax({ learningRate: 0.003, epsilon: 1e-8 });
    for (const loss of tables.optax) {
      optimizer.applyGradients([[x.map((value) => 2 * value), x]]);
      expect(x.reduce((sum, value) => sum + value * value, 0).toFixed(1)).to.equal(loss.toFixed(1));
    }
  });
});
