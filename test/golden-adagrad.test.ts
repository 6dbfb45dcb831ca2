import { Adagrad, type Config, IndexedSlices, Optimizer, optimizers, type Rule, Variable } from 'adamax';
import { expect } from 'chai';
import { inputsOf, spec } from './golden/inputs.js';
import { decode, readGolden } from './golden/recorded.js';
import { expectSameBits } from './support/data.js';
import { onEveryImplementation } from './support/implementations.js';

type Key = 'p' | 'accumulator';

/** As record_adagrad.py wrote it. */
interface Golden {
  readonly configs: Readonly<Record<'fresh' | 'others' | 'keras3', Config>>;
  readonly facts: Readonly<Record<string, Record<string, unknown>>>;
  readonly duplicates: Readonly<Record<Key, number[]>>;
  readonly cases: Readonly<Record<string, Record<Key, string> & { inputs: string; config: Config }>>;
}

const golden = readGolden<Golden>('adagrad');
const { fround, sqrt } = Math;

/** Takes an optimizer along recorded inputs: what `record` in recording.py lists, in its order. */
function follow(inputs: string, optimizer: Optimizer): Record<Key, Float32Array> {
  const { variables: specs, start, gradients } = inputsOf(inputs);
  const variables = specs.map(({ name, shape }, i) => new Variable(start[i].slice(), { name, shape }));
  const lists: Record<Key, number[]> = { p: [], accumulator: [] };
  for (let step = 1; step <= spec.steps; step++) {
    optimizer.applyGradients(gradients[step - 1].map((gradient, i) => [gradient, variables[i]] as const));
    if (!spec.checkpoints.includes(step)) continue;
    variables.forEach((variable, i) => {
      const isRecorded = (_: number, at: number) => at % specs[i].stride === 0;
      lists.p.push(...variable.data.filter(isRecorded));
      lists.accumulator.push(...optimizer.getSlot(variable, 'accumulator').data.filter(isRecorded));
    });
  }
  return { p: Float32Array.from(lists.p), accumulator: Float32Array.from(lists.accumulator) };
}

/** Equal bits at every checkpoint: the operations are the same, and in the same order. */
function expectRecorded(name: string, optimizer: Optimizer): void {
  const { inputs, ...recorded } = golden.cases[name];
  const ours = follow(inputs, optimizer);
  for (const key of ['p', 'accumulator'] as const) expectSameBits(ours[key], decode(recorded[key]), `${name}: ${key}`);
}

/** Keras 3's step, operation by operation. */
const kerasRule: Rule = {
  name: 'keras 3',
  slots: ['accumulator'],
  initial: [0.1],
  scalars: 2,
  sweep(param, out, [accumulator], at, grad, gradAt, n, [learningRate, epsilon]) {
    for (let i = at, j = gradAt; j < gradAt + n; i++, j++) {
      accumulator[i] += fround(grad[j] * grad[j]);
      const root = fround(sqrt(fround(accumulator[i] + epsilon)));
      out[i] = param[i] - fround(fround(learningRate * grad[j]) / root);
    }
  },
};

class KerasAdagrad extends Optimizer {
  constructor() {
    super(kerasRule, 'Adagrad', { learningRate: 0.1 });
  }
  protected override writeScalars(_step: number, learningRate: number, scalars: Float32Array): void {
    scalars.set([learningRate, 1e-2]);
  }
  override getConfig(): Config {
    const { head, rate } = this.baseConfig();
    return { ...head, ...rate };
  }
}

onEveryImplementation('golden: Adagrad follows tf_keras.optimizers.legacy.Adagrad for 1,000 steps', () => {
  it('with dense gradients, all defaults', () => expectRecorded('dense', new Adagrad()));

  it('with other hyperparameters, and accumulators that start at 0', () => {
    expectRecorded('other', new Adagrad({ learningRate: 0.1, initialAccumulatorValue: 0, epsilon: 1e-3 }));
  });

  it('with sparse gradients, unsorted and with duplicates', () => {
    expectRecorded('sparse', new Adagrad({ learningRate: 0.1 }));
  });

  it('with each config of the original', () => {
    for (const name of ['dense', 'other', 'sparse']) {
      expectRecorded(name, Adagrad.fromConfig(golden.cases[name].config));
    }
  });
});

onEveryImplementation('golden: Adagrad follows keras.optimizers.Adagrad (Keras 3) for 1,000 steps', () => {
  it('but for ε, which is outside of the root by choice, and is all of the difference', () => {
    expectRecorded('keras3', new KerasAdagrad());
    const { inputs, ...recorded } = golden.cases.keras3;
    const ours = follow(inputs, new Adagrad({ learningRate: 0.1, epsilon: 1e-2 }));
    const theirs = { p: decode(recorded.p), accumulator: decode(recorded.accumulator) };
    expectSameBits(ours.accumulator, theirs.accumulator, 'accumulator');
    expect(Math.max(...ours.p.map((p, i) => Math.abs(p - theirs.p[i])))).to.be.above(1e-3);
  });

  it('but sums the slices of a row before they are squared, by choice, not after', () => {
    const { p, accumulator } = golden.duplicates;
    expect(accumulator[0]).to.be.closeTo(0.1 + 3 ** 2 + 1 ** 2, 1e-6);
    expect(p[0]).to.be.closeTo(1 - (0.1 * (3 - 1)) / sqrt(10.1), 1e-6);
    const table = new Variable(Float32Array.of(1, 1), { shape: [2, 1] });
    const optimizer = new Adagrad({ learningRate: 0.1 });
    optimizer.applyGradients([[new IndexedSlices(Float32Array.of(3, -1), [0, 0]), table]]);
    expect(optimizer.getSlot(table, 'accumulator').data[0]).to.be.closeTo(0.1 + (3 - 1) ** 2, 1e-6);
    expect(table.data[0]).to.be.closeTo(1 - (0.1 * (3 - 1)) / sqrt(4.1), 1e-6);
  });
});

describe('golden: configs of Adagrad', () => {
  const { fresh, others, keras3 } = golden.configs;

  it('getConfig() is the get_config() of the original, key by key and in its order', () => {
    expect(Object.entries(new Adagrad().getConfig())).to.deep.equal(Object.entries(fresh));
    const optimizer = new Adagrad({
      learningRate: 0.1,
      initialAccumulatorValue: 0.5,
      epsilon: 1e-3,
      name: 'other',
      decay: 0.01,
      clipnorm: 1,
      clipvalue: 0.5,
    });
    expect(Object.entries(optimizer.getConfig())).to.deep.equal(Object.entries(others));
    for (const config of [fresh, others]) expect(Adagrad.fromConfig(config).getConfig()).to.deep.equal(config);
  });

  it('fromConfig() takes what Keras 3 writes', () => {
    const { name, learning_rate, initial_accumulator_value, epsilon } = keras3;
    expect(optimizers.deserialize({ class_name: 'Adagrad', config: keras3 }).getConfig()).to.deep.equal({
      name,
      learning_rate,
      decay: 0,
      initial_accumulator_value,
      epsilon,
    });
  });

  it('a config without initial_accumulator_value means the default, as in the original of today', () => {
    const { initial_accumulator_value } = golden.facts['from_config of {}'];
    expect(initial_accumulator_value).to.equal(0.1);
    expect(Adagrad.fromConfig({}).initialAccumulatorValue).to.equal(0.1);
  });

  it('a negative initial_accumulator_value is refused here as there', () => {
    expect(golden.facts['initial_accumulator_value -0.1'].error).to.equal('ValueError');
    expect(() => new Adagrad({ initialAccumulatorValue: -0.1 })).to.throw(RangeError);
  });
});
