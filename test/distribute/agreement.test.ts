import { createContext, runInContext } from 'node:vm';
import { Adamax, type Gradient, IndexedSlices, type OptimizerOptions, SGD, Variable } from 'adamax';
import { expect } from 'chai';
import type { Collective } from '#internals';
import { expectSameBits, f32 } from '../support/data.js';
import { onEveryImplementation } from '../support/implementations.js';
import { replicas, StrategyOn } from './fake.js';

type Pairs = [Gradient, Variable | Float32Array][];

interface Replica {
  readonly optimizer: Adamax;
  readonly a: Variable;
  readonly table: Variable;
  /** A good step. */
  readonly pairs: () => Pairs;
}

interface Case {
  readonly title: string;
  /** What the second replica does, where the first takes a good step. */
  readonly bad: (replica: Replica) => Promise<unknown>;
  readonly message: RegExp;
  readonly options?: OptimizerOptions;
}

const step = (change: (replica: Replica) => Pairs) => (replica: Replica) => {
  return replica.optimizer.applyGradientsAsync(change(replica));
};
const slices = (rows: number[]) => new IndexedSlices(new Float32Array(2 * rows.length).fill(1), Int32Array.from(rows));

const cases: Case[] = [
  {
    title: 'another number of variables',
    bad: step(({ pairs }) => pairs().slice(0, 1)),
    message: /how many variables have a gradient in a step of 'Adamax'.*: received 2 of replica 0, and 1 of replica 1$/,
  },
  {
    title: 'another order of variables',
    bad: step(({ pairs }) => pairs().reverse()),
    message:
      /the variables and their order in .*: received \[3\] for variable at gradsAndVars\[0\]\[1\] of replica 0, and \[4, 2\] for variable at gradsAndVars\[0\]\[1\] of replica 1$/,
  },
  {
    title: 'another shape',
    bad: step(
      ({ pairs, table }) =>
        [
          [f32(1, 1, 1, 1), new Variable(f32(1, 2, 3, 4), { shape: [4] })],
          [slices([1]), table],
        ].slice(0, pairs().length) as Pairs,
    ),
    message:
      /the variables and their order in .*: received \[3\] for variable at gradsAndVars\[0\]\[1\] of replica 0, and \[4\] for variable at gradsAndVars\[0\]\[1\] of replica 1$/,
  },
  {
    title: 'a gradient of another length',
    bad: step(({ pairs, a }) => [[f32(1), a], pairs()[1]]),
    message:
      /every replica must be able to take part in a step .*: received an error of replica 1: gradient .* must have 3 elements/,
  },
  {
    title: 'a sparse gradient for a dense one',
    bad: step(({ pairs, table }) => [pairs()[0], [new Float32Array(8), table]]),
    message:
      /which gradients are sparse in .*: received sparse by Int32Array for gradient at gradsAndVars\[1\]\[0\] of replica 0, and dense for gradient at/,
  },
  {
    title: 'indices of another kind',
    bad: step(({ pairs, table }) => [pairs()[0], [new IndexedSlices(f32(1, 1), [0]), table]]),
    message:
      /which gradients are sparse in .*: received sparse by Int32Array for gradient at gradsAndVars\[1\]\[0\] of replica 0, and sparse by Uint32Array for/,
  },
  {
    title: 'a row that is not there',
    bad: step(({ pairs, table }) => [pairs()[0], [slices([0, 4]), table]]),
    message: /an error of replica 1: gradient at gradsAndVars\[1\]\[0\]\.indices\[1\] must be in \[0, 4\): received 4$/,
  },
  {
    title: 'null for one gradient',
    bad: step(({ pairs, a }) => [[null, a], pairs()[1]]),
    message: /how many variables have a gradient in/,
  },
  {
    title: 'null for all gradients',
    bad: step(({ a, table }) => [
      [null, a],
      [null, table],
    ]),
    message: /an error of replica 1: gradsAndVars must hold a gradient for some variable/,
  },
  {
    title: 'no pairs at all',
    bad: step(() => []),
    message: /how many variables have a gradient in .*2 of replica 0, and 0/,
  },
  {
    title: 'memory that has gone',
    bad: step(({ pairs, a }) => {
      const gradient = f32(1, 1, 1);
      structuredClone(null, { transfer: [gradient.buffer as ArrayBuffer] });
      return [[gradient, a], pairs()[1]];
    }),
    message: /an error of replica 1: gradient .* must be a view on live memory/,
  },
  {
    title: 'a learning rate that throws',
    bad: ({ optimizer, pairs }) => {
      optimizer.learningRate = () => {
        throw new Error('no rate');
      };
      return optimizer.applyGradientsAsync(pairs());
    },
    message: /an error of replica 1: no rate$/,
  },
  {
    title: 'another learning rate',
    bad: ({ optimizer, pairs }) => {
      optimizer.learningRate = 0.5;
      return optimizer.applyGradientsAsync(pairs());
    },
    message:
      /the scalars of the step, which come of the learning rate and the like in .*: received 0.001 for learningRate of replica 0, and 0.5 for learningRate of replica 1$/,
  },
  {
    title: 'another beta2',
    bad: ({ optimizer, pairs }) => {
      optimizer.beta2 = 0.5;
      return optimizer.applyGradientsAsync(pairs());
    },
    message:
      /the scalars of the step, .* in .*: received 0.99\d+ for scalar 1 of the rule adamax of replica 0, and 0.5 for scalar 1 of/,
  },
  {
    title: 'another clipnorm',
    bad: ({ optimizer, pairs }) => {
      optimizer.clipnorm = 2;
      return optimizer.applyGradientsAsync(pairs());
    },
    message: /clipnorm in .*: received none of replica 0, and 2 of replica 1$/,
  },
  {
    title: 'another clipvalue',
    bad: ({ optimizer, pairs }) => {
      optimizer.clipvalue = 2;
      return optimizer.applyGradientsAsync(pairs());
    },
    message: /clipvalue in .*: received none of replica 0, and 2 of replica 1$/,
  },
  {
    title: 'another policy for gradients that are not finite',
    bad: ({ optimizer, pairs }) => {
      optimizer.nonFinite = 'throw';
      return optimizer.applyGradientsAsync(pairs());
    },
    message: /nonFinite in .*: received 'propagate' of replica 0, and 'throw' of replica 1$/,
  },
  {
    title: 'gradients that are aggregated already',
    bad: ({ optimizer, pairs }) => optimizer.applyGradientsAsync(pairs(), { experimentalAggregateGradients: false }),
    message: /experimentalAggregateGradients in .*: received true of replica 0, and false of replica 1$/,
  },
  {
    title: 'another count of steps',
    bad: ({ optimizer, pairs }) => {
      optimizer.iterations.assign(7);
      return optimizer.applyGradientsAsync(pairs());
    },
    message: /the number of steps taken in .*: received 1 of replica 0, and 7 of replica 1$/,
  },
];

/** What is never to change by a step that is refused. */
function stateOf({ optimizer, a, table }: Replica): Float32Array[] {
  const slots = optimizer.weights.slice(1).map(({ data }) => (data as Float32Array).slice());
  return [a.data.slice(), table.data.slice(), ...slots];
}

function start(options: OptimizerOptions = {}): { all: Replica[]; board: ReturnType<typeof replicas>['board'] } {
  const { board, strategies } = replicas(2);
  const all = strategies.map((strategy): Replica => {
    const [a, table] = [new Variable(f32(1, 2, 3)), new Variable(new Float32Array(8).fill(1), { shape: [4, 2] })];
    const optimizer = strategy.scope(() => new Adamax(options));
    return {
      optimizer,
      a,
      table,
      pairs: () => [
        [f32(1, 1, 1), a],
        [slices([1, 2]), table],
      ],
    };
  });
  return { all, board };
}

const outcomes = (promises: readonly Promise<unknown>[]) =>
  Promise.all(
    promises.map((promise) =>
      promise.then(
        (value) => ({ value, error: undefined }),
        (error: Error & { code?: string }) => ({ value: undefined, error }),
      ),
    ),
  );

onEveryImplementation('replicas that do not agree', () => {
  for (const { title, bad, message, options } of cases) {
    it(`are refused, all by the same error, and nothing has changed: ${title}`, async () => {
      const { all } = start(options);
      await Promise.all(all.map(({ optimizer, pairs }) => optimizer.applyGradientsAsync(pairs())));
      const before = all.map(stateOf);
      const [first, second] = await outcomes([all[0].optimizer.applyGradientsAsync(all[0].pairs()), bad(all[1])]);
      for (const { error } of [first, second]) {
        expect(error, title).to.be.an('error');
        expect(error?.code).to.equal('ERR_ADAMAX_REPLICA');
        expect(error?.message).to.match(message);
        expect(error?.message).to.equal(first.error?.message);
      }
      all.forEach((replica, rank) => {
        stateOf(replica).forEach((array, i) => {
          expectSameBits(array, before[rank][i], `replica ${rank}, array ${i}`);
        });
      });
    });
  }

  it('are refused where one of them keeps a part of the state only', async () => {
    const { board } = replicas(2);
    const strategies = board.collectives.map((collective, k) => new StrategyOn(collective, k === 1));
    const all = strategies.map((strategy) => ({
      optimizer: strategy.scope(() => new Adamax()),
      p: new Variable(new Float32Array(70000)),
    }));
    const results = await outcomes(
      all.map(({ optimizer, p }) => optimizer.applyGradientsAsync([[new Float32Array(70000).fill(1), p]])),
    );
    for (const { error } of results) {
      expect(error?.message).to.match(/agree on shardState in .*: received false of replica 0, and true of replica 1$/);
    }
    expect(all.map(({ p }) => p.data[0])).to.deep.equal([0, 0]);
  });

  it('go on when they agree again', async () => {
    const { all } = start();
    const both = () => outcomes(all.map(({ optimizer, pairs }) => optimizer.applyGradientsAsync(pairs())));
    all[1].optimizer.clipnorm = 1;
    expect((await both()).map(({ error }) => error?.code)).to.deep.equal(['ERR_ADAMAX_REPLICA', 'ERR_ADAMAX_REPLICA']);
    all[1].optimizer.clipnorm = undefined;
    expect((await both()).map(({ value }) => value)).to.deep.equal([1, 1]);
    expectSameBits(all[0].a.data, all[1].a.data, 'a');
  });

  it('throw their own error where all have one', async () => {
    const { all } = start();
    const results = await outcomes(all.map(({ optimizer, a }) => optimizer.applyGradientsAsync([[f32(1), a]])));
    expect(results.map(({ error }) => error?.code)).to.deep.equal(['ERR_ADAMAX_LENGTH', 'ERR_ADAMAX_LENGTH']);
  });

  it('are refused where variables begin with other numbers, until one of them is told to all', async () => {
    const { all } = start();
    all[1].a.assign([1, 2, 4]);
    const both = () => outcomes(all.map(({ optimizer, pairs }) => optimizer.applyGradientsAsync(pairs())));
    for (const { error } of await both())
      expect(error?.message).to.match(/the numbers of variables that are new or were written to .*build/);
    all[1].a.assign([1, 2, 3]);
    expect((await both()).map(({ value }) => value)).to.deep.equal([1, 1]);
  });

  it('tell which of many variables has other numbers, by what each calls it', async () => {
    const { strategies } = replicas(3);
    const all = strategies.map((strategy, k) => ({
      optimizer: strategy.scope(() => new Adamax()),
      list: Array.from({ length: 100 }, (_, i) => new Variable(f32(i), { name: `w${i}${k === 2 ? 'b' : ''}` })),
    }));
    all[1].list[90].assign([0]);
    all[2].list[80].assign([0]);
    const results = await outcomes(
      all.map(({ optimizer, list }) => optimizer.applyGradientsAsync(list.map((w) => [f32(1), w]))),
    );
    for (const { error } of results) {
      // Of the first that differs from replica 0.
      expect(error?.message).to.match(
        /: received ([0-9a-f]{8}) for 'w90' at gradsAndVars\[90\]\[1\] of replica 0, and (?!\1)[0-9a-f]{8} for 'w90' at gradsAndVars\[90\]\[1\] of replica 1$/,
      );
    }
    all[1].list[90].assign([90]);
    const [{ error }] = await outcomes(
      all.map(({ optimizer, list }) => optimizer.applyGradientsAsync(list.map((w) => [f32(1), w]))),
    );
    expect(error?.message).to.match(
      / of replica 0, and [0-9a-f]{8} for 'w80b' at gradsAndVars\[80\]\[1\] of replica 2$/,
    );
    expect(all.map(({ list }) => list[0].data[0])).to.deep.equal([0, 0, 0]);
  });

  it('are refused where they do not do the same, by an optimizer or otherwise', async () => {
    const { board, strategies } = replicas(2);
    void board;
    const optimizers = strategies.map((strategy) => strategy.scope(() => [new Adamax(), new Adamax(), new SGD()]));
    const p = () => new Variable(f32(1, 2), { name: 'p' });
    const doings: [(k: number) => Promise<unknown>, (k: number) => Promise<unknown>][] = [
      [
        (k) => optimizers[k][0].applyGradientsAsync([[f32(1, 1), p()]]),
        (k) => optimizers[k][1].applyGradientsAsync([[f32(1, 1), p()]]),
      ],
      [
        (k) => optimizers[k][0].applyGradientsAsync([[f32(1, 1), p()]]),
        (k) => optimizers[k][2].applyGradientsAsync([[f32(1, 1), p()]]),
      ],
      [(k) => optimizers[k][0].applyGradientsAsync([[f32(1, 1), p()]]), (k) => strategies[k].reduceAsync('sum', 1)],
      [(k) => strategies[k].reduceAsync('sum', 1), (k) => strategies[k].gatherAsync(f32(1))],
      [(k) => strategies[k].reduceAsync('sum', 1), (k) => strategies[k].reduceAsync('mean', 1)],
      [(k) => strategies[k].reduceAsync('sum', 1), (k) => strategies[k].reduceAsync('sum', f32(1))],
      [(k) => strategies[k].reduceAsync('sum', 1), (k) => strategies[k].reduceAsync('sum', 'one' as never)],
      [(k) => strategies[k].broadcastAsync([p()]), (k) => strategies[k].broadcastAsync([p(), p()])],
      [(k) => strategies[k].broadcastAsync([p()]), (k) => strategies[k].broadcastAsync([p()], { root: 1 })],
      [(k) => strategies[k].broadcastAsync([p()]), (k) => strategies[k].broadcastAsync([p()], { root: 2 })],
    ];
    for (const [one, other] of doings) {
      const results = await outcomes([one(0), other(1)]);
      expect(results.map(({ error }) => error?.code)).to.deep.equal(['ERR_ADAMAX_REPLICA', 'ERR_ADAMAX_REPLICA']);
      expect(results[0].error?.message).to.equal(results[1].error?.message);
      expect(results[0].error?.message).to.match(/received/);
    }
    expect(await Promise.all(strategies.map((strategy) => strategy.reduceAsync('sum', 2)))).to.deep.equal([4, 4]);
  });

  it('NaN of one replica is in the sum of all, which is no error', async () => {
    const { all } = start();
    const steps = all.map(({ optimizer, a }, k) =>
      optimizer.applyGradientsAsync([[f32(k === 0 ? Number.NaN : 1, 1, 1), a]]),
    );
    expect(await Promise.all(steps)).to.deep.equal([1, 1]);
    for (const { a } of all) expect([...a.data].map(Number.isNaN)).to.deep.equal([true, false, false]);
    const { all: guarded } = start({ nonFinite: 'skip' });
    const skipped = guarded.map(({ optimizer, a }, k) =>
      optimizer.applyGradientsAsync([[f32(k === 0 ? Number.NaN : 1, 1, 1), a]]),
    );
    expect(await Promise.all(skipped)).to.deep.equal([0, 0]);
  });

  it('are refused where gradients that the caller has summed are not the same', async () => {
    for (const shardState of [false, true]) {
      for (const wrong of [Number.NaN, 2]) {
        const all = replicas(2, shardState).strategies.map((strategy) => ({
          optimizer: strategy.scope(() => new Adamax({ nonFinite: 'skip' })),
          p: new Variable(new Float32Array(70000)),
        }));
        const results = await outcomes(
          all.map(({ optimizer, p }, k) => {
            const gradient = new Float32Array(70000).fill(1);
            if (k === 1) gradient[3] = wrong;
            return optimizer.applyGradientsAsync([[gradient, p]], { experimentalAggregateGradients: false });
          }),
        );
        for (const { error } of results) {
          expect(error?.code).to.equal('ERR_ADAMAX_REPLICA');
          expect(error?.message).to.match(
            /agree on the gradients, which experimentalAggregateGradients: false says .*: received [0-9a-f]+ for gradient at gradsAndVars\[0\]\[0\] of replica 0, and/,
          );
        }
        expect(all.map(({ p }) => p.data[0])).to.deep.equal([0, 0]);
      }
    }
  });

  it('exchange no more, where one fails in the middle of what all have begun', async () => {
    const doings: ((strategy: StrategyOn, gradient: Float32Array) => Promise<unknown>)[] = [
      (strategy, gradient) =>
        strategy.scope(() => new Adamax()).applyGradientsAsync([[gradient, new Variable(new Float32Array(70000))]]),
      (strategy, gradient) => strategy.reduceAsync('sum', [gradient, new IndexedSlices(f32(1), [0])]),
      (strategy, gradient) => strategy.gatherAsync(gradient),
    ];
    for (const shardState of [false, true]) {
      for (const doing of doings) {
        const { strategies } = replicas(2, shardState);
        const begun = strategies.map((strategy, k) => {
          const gradient = new Float32Array(70000).fill(1);
          const promise = doing(strategy, gradient);
          if (k === 1) structuredClone(null, { transfer: [gradient.buffer] });
          return promise;
        });
        const [first, second] = await outcomes(begun);
        expect(first.error?.message, String(doing)).to.match(/received an error in replica 1 in the middle of it$/);
        expect(second.error, String(doing)).to.be.an('error');
        for (const { error } of await outcomes(strategies.map((strategy) => strategy.reduceAsync('sum', 1)))) {
          expect(error?.message).to.match(/received an error in replica 1 in the middle of it$/);
        }
      }
    }
  });

  it('go on after a step that they skip, with sharded state, too', async () => {
    const all = replicas(2, true).strategies.map((strategy) => ({
      optimizer: strategy.scope(() => new Adamax({ nonFinite: 'skip' })),
      list: [new Variable(new Float32Array(70000)), new Variable(new Float32Array(3))],
    }));
    const step = (bad: number) =>
      Promise.all(
        all.map(({ optimizer, list }, k) => {
          const gradients = list.map(({ size }) => new Float32Array(size).fill(1));
          if (bad >= 0 && k === 1) gradients[bad][2] = Number.NaN;
          return optimizer.applyGradientsAsync(list.map((p, i): [Gradient, Variable] => [gradients[i], p]));
        }),
      );
    expect(await step(0)).to.deep.equal([0, 0]);
    expect(await step(1)).to.deep.equal([0, 0]);
    expect(await step(-1)).to.deep.equal([1, 1]);
  });

  it('hear of a step that is refused after one whose call a timeout has cut short', () => {
    let [met, spins] = [0, true];
    // Another replica that does whatever this one does.
    const collective: Collective = {
      ...replicas(2).board.collectives[0],
      run(exchanges) {
        met++;
        for (const exchange of exchanges) {
          if (exchange.kind === 'gather') exchange.bytes.copyWithin(exchange.borders[1], 0, exchange.borders[1]);
          else exchange.to.set(exchange.from);
        }
      },
    };
    const optimizer = new StrategyOn(collective).scope(() => new Adamax());
    const constraint = () => {
      while (spins);
    };
    const p = new Variable(f32(1, 2), { constraint });
    const context = createContext({ step: () => optimizer.applyGradients([[f32(1, 1), p]]) });
    expect(() => runInContext('step()', context, { timeout: 50 })).to.throw('timed out');
    [met, spins] = [0, false];
    expect(() => optimizer.applyGradients([[f32(1), p]])).to.throw('must have 2 elements');
    expect(met).to.be.above(0);
    expect(optimizer.applyGradients([[f32(1, 1), p]])).to.equal(1);
  });

  it('two optimizers in flight keep their order, though a step of the first is refused in one of them', async () => {
    const { strategies } = replicas(2);
    const results = strategies.map((strategy, k) => {
      const [first, second] = strategy.scope(() => [new Adamax(), new SGD()]);
      const [p, q] = [new Variable(f32(1, 2)), new Variable(f32(3))];
      return outcomes([
        first.applyGradientsAsync([[k === 1 ? f32(1) : f32(1, 1), p]]),
        second.applyGradientsAsync([[f32(1), q]]),
      ]);
    });
    for (const [first, second] of await Promise.all(results)) {
      expect(first.error?.message).to.match(/an error of replica 1: gradient .* must have 2 elements/);
      expect(second).to.deep.equal({ value: 1, error: undefined });
    }
  });

  it('two optimizers in flight keep their order, whatever each of them waits for', async () => {
    const { strategies } = replicas(2);
    const all = strategies.map((strategy) => {
      const optimizers = strategy.scope(() => [new Adamax({ learningRate: 1 }), new SGD({ learningRate: 1 })]);
      return { optimizers, variables: [new Variable(f32(1, 2)), new Variable(f32(3))] };
    });
    const flights = all.map(async ({ optimizers, variables }, k) => {
      for (let i = 0; i < 4; i++) {
        const steps = optimizers.map((optimizer, o) => {
          return optimizer.applyGradientsAsync([[variables[o].data.map(() => k + 1), variables[o]]]);
        });
        if (k === 1) await new Promise((resolve) => setTimeout(resolve, 2));
        await Promise.all(steps);
      }
    });
    await Promise.all(flights);
    expectSameBits(all[0].variables[0].data, all[1].variables[0].data, 'Adamax');
    expect(all.map(({ variables }) => variables[1].data[0])).to.deep.equal([3 - 12, 3 - 12]);
  });
});
