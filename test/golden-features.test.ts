import { Adamax, type AdamaxOptions, optimizers, schedules } from 'adamax';
import { expect } from 'chai';
import { expectEqualNorms, expectExplained, expectOtherwise } from './golden/expect.js';
import { follow, type Model } from './golden/follow.js';
import { decode, readGolden, readTrajectories } from './golden/recorded.js';
import { ETA } from './golden/rounding.js';
import { expectAllClose } from './support/close.js';
import { f32 } from './support/data.js';
import { expectError } from './support/errors.js';
import { onEveryImplementation } from './support/implementations.js';

const legacy = readTrajectories('legacy');
const configs = readGolden<Configs>('configs');
const values = readGolden<ScheduleValues>('schedules');

type Config = Record<string, unknown>;
type Serialized = { class_name: string; config: Config };

interface Configs {
  readonly legacy: Readonly<
    {
      others: Config;
      used: Config;
      global_clipnorm: Config;
      with_schedule: Record<string, Config & { learning_rate: Serialized }>;
    } & Record<
      'serialize' | 'serialize_legacy_format' | 'serialize_with_schedule' | 'serialize_with_schedule_legacy_format',
      Serialized
    > &
      Record<'schedules' | 'schedules_legacy_format', Record<string, Serialized>>
  >;
  readonly keras3: {
    readonly fresh: Config;
    readonly serialize: Serialized;
    readonly serialize_with_schedule: Record<string, Serialized>;
    readonly schedules: Record<string, Serialized>;
  };
  readonly loads: Readonly<
    Record<string, { config: Config; results: Record<string, { class: string; config: Config }> }>
  >;
}

interface ScheduleValues {
  readonly steps: readonly number[];
  readonly cases: Readonly<Record<string, Serialized & { values: string }>>;
}

const cosine = (k: number) => 0.05 * (0.9 * 0.5 * (1 + Math.cos((Math.PI * Math.min(k, 800)) / 800)) + 0.1);

/**
 * Schedules as record_legacy.py has them, their formulas once more in float64, and the roundings of the original's
 * float32, in units of 2⁻²⁴ of the rate:
 *  - exponential: s/d is off by one and with it the power by |ln r|·s/d; powf and the product by three.
 *  - cosine: π, its product with s/d and s/d are off by 2.5 and with them the cosine by 2.5π, and by itself 2; the sum
 *    adds 2, of which half is left; two products and a sum add 3: ten, of the initial rate.
 */
const SCHEDULED: Record<string, { make: () => schedules.LearningRateSchedule; model: Model }> = {
  exponential: {
    make: () => new schedules.ExponentialDecay({ initialLearningRate: 0.1, decaySteps: 100, decayRate: 0.5 }),
    model: { rate: (k) => 0.1 * 0.5 ** (k / 100), rateRoundings: (k) => (Math.LN2 * k) / 100 + 3 },
  },
  piecewise: {
    make: () =>
      new schedules.PiecewiseConstantDecay({ boundaries: [10, 100, 500], values: [0.01, 0.1, 0.003, 0.0001] }),
    model: { rate: (k) => (k <= 10 ? 0.01 : k <= 100 ? 0.1 : k <= 500 ? 0.003 : 0.0001) },
  },
  cosine: {
    make: () => new schedules.CosineDecay({ initialLearningRate: 0.05, decaySteps: 800, alpha: 0.1 }),
    model: { rate: cosine, rateRoundings: (k) => (10 * 0.05) / cosine(k) },
  },
};

onEveryImplementation(
  'golden: Adamax with a schedule follows tf_keras.optimizers.legacy.Adamax for 1,000 steps',
  () => {
    for (const [name, { make, model }] of Object.entries(SCHEDULED)) {
      it(`by the ${name} schedule`, () => {
        const distances = follow(legacy[name], new Adamax({ learningRate: make() }), model);
        expectExplained(distances);
        expectEqualNorms(distances);
      });

      it(`by the ${name} schedule, from the config of the original`, () => {
        const distances = follow(legacy[name], Adamax.fromConfig(legacy[name].config), model);
        expectExplained(distances);
      });
    }

    it('by a schedule and decay, which comes on top', () => {
      const { make, model } = SCHEDULED.cosine;
      const optimizer = new Adamax({ learningRate: make(), decay: 0.01 });
      expectExplained(follow(legacy.schedule_and_decay, optimizer, { ...model, decay: 0.01 }));
    });
  },
);

const CLIPPED: Record<string, { options: AdamaxOptions; model: Partial<Model>; exact: boolean }> = {
  clipnorm: { options: { clipnorm: 2 }, model: { clipnorm: 2 }, exact: false },
  clipvalue: { options: { clipvalue: 0.3 }, model: { clipvalue: Math.fround(0.3) }, exact: true },
  sparse_clipnorm: { options: { clipnorm: 1.5 }, model: { clipnorm: 1.5 }, exact: false },
  sparse_clipvalue: { options: { clipvalue: 0.3 }, model: { clipvalue: Math.fround(0.3) }, exact: true },
};

onEveryImplementation('golden: Adamax with clipping follows tf_keras.optimizers.legacy.Adamax for 1,000 steps', () => {
  for (const [name, { options, model, exact }] of Object.entries(CLIPPED)) {
    it(`by ${name.replace(/^sparse_(.*)$/, '$1 of slices, before they are summed')}`, () => {
      const optimizer = new Adamax({ learningRate: 0.01, ...options });
      const distances = follow(legacy[name], optimizer, { rate: 0.01, ...model });
      expectExplained(distances);
      if (exact) expectEqualNorms(distances);
    });
  }

  it('by both, by choice the norm and then the value, as TF 2.2 did; later it was the value, then the norm', () => {
    const optimizer = () => new Adamax({ learningRate: 0.01, clipnorm: 2, clipvalue: 0.3 });
    const model = { rate: 0.01, clipnorm: 2, clipvalue: Math.fround(0.3) };
    expectExplained(follow(legacy.clip_both_2_2, optimizer(), model));
    expectOtherwise(follow(legacy.clip_both, optimizer(), model), ['p', 'm', 'v']);
  });
});

/**
 * Roundings of tf_keras' float32 schedules, in units of 2⁻²⁴ of the largest rate. For powers: of the base, |ln r|·s/d,
 * and its own two; for roots what 1 − s/d has lost near its zero; for cosines as above, by the number of half turns.
 */
const ROUNDINGS: Record<string, number> = {
  exponential: 5,
  exponential_staircase: 8,
  piecewise: 1,
  polynomial: 9,
  polynomial_cycle: 22,
  inverse_time: 5,
  inverse_time_staircase: 5,
  cosine: 10,
  cosine_restarts: 16,
  cosine_restarts_even: 16,
  cosine_warm_up: 12,
  linear_cosine: 45,
};

describe('golden: schedules of tf_keras.optimizers', () => {
  for (const [name, { class_name, config, values: recorded }] of Object.entries(values.cases)) {
    it(`have the values of the original, from its config: ${name}`, () => {
      const schedule = schedules.deserialize({ class_name, config });
      const expected = decode(recorded);
      const bound = ETA * ROUNDINGS[name] * Math.max(...expected);
      values.steps.forEach((step, i) => {
        expect(schedule.call(step), `step ${step}`).to.be.closeTo(expected[i], bound);
      });
    });
  }

  it('are understood in every form of the original and of Keras 3, and written in that of TF 2.2', () => {
    for (const [name, inLegacyForm] of Object.entries(configs.legacy.schedules_legacy_format)) {
      for (const form of [inLegacyForm, configs.legacy.schedules[name]]) {
        const { class_name, config } = schedules.serialize(schedules.deserialize(form));
        expect(class_name).to.equal(inLegacyForm.class_name);
        // TF 2.2 did not know the keys of the warm-up
        const { warmup_target, warmup_steps, ...known } = inLegacyForm.config;
        expect([warmup_target ?? null, warmup_steps ?? 0]).to.deep.equal([null, 0]);
        expect(config).to.deep.equal(known);
      }
      const { config } = schedules.serialize(schedules.deserialize(configs.keras3.schedules[name]));
      expect({ ...config, name: null }).to.deep.equal(schedules.serialize(schedules.deserialize(inLegacyForm)).config);
    }
  });
});

describe('golden: configs of Adamax with schedules and clipping', () => {
  it('have clipping as those of the original have it, key by key and in its order', () => {
    const optimizer = new Adamax({
      learningRate: 0.1,
      beta1: 0.5,
      beta2: 0.9,
      epsilon: 1e-3,
      name: 'other',
      decay: 0.01,
      clipnorm: 1,
      clipvalue: 0.5,
    });
    expect(Object.entries(optimizer.getConfig())).to.deep.equal(Object.entries(configs.legacy.others));
    for (const config of [configs.legacy.others, configs.legacy.used]) {
      expect(Adamax.fromConfig(config).getConfig()).to.deep.equal(config);
    }
  });

  it('what we write loads in the original, unchanged', () => {
    for (const { config, results } of [configs.loads.clipped, configs.loads.with_schedule]) {
      expect(Adamax.fromConfig(config).getConfig()).to.deep.equal(config);
      const made = results['tf_keras.optimizers.legacy.Adamax.from_config'];
      expect(made.class).to.equal('tf_keras.src.optimizers.legacy.adamax.Adamax');
      // and what it writes again is the same to us
      expect(Adamax.fromConfig(made.config).getConfig()).to.deep.equal(config);
    }
  });

  it('serialize() writes what the original writes in its legacy form; deserialize() takes its later one, too', () => {
    const { serialize, serialize_legacy_format, serialize_with_schedule, serialize_with_schedule_legacy_format } =
      configs.legacy;
    expect(optimizers.serialize(new Adamax())).to.deep.equal(serialize_legacy_format);
    for (const form of [serialize, serialize_legacy_format]) {
      const optimizer = optimizers.deserialize(structuredClone(form));
      expect(optimizer).to.be.an.instanceOf(Adamax);
      expect(optimizer.getConfig()).to.deep.equal(serialize_legacy_format.config);
    }
    const { learning_rate, ...rest } = serialize_with_schedule_legacy_format.config as Config & {
      learning_rate: Serialized;
    };
    const { class_name, config } = learning_rate;
    for (const form of [serialize_with_schedule, serialize_with_schedule_legacy_format]) {
      const optimizer = optimizers.deserialize(structuredClone(form));
      expect(optimizer.getConfig()).to.deep.equal({ ...rest, learning_rate: { class_name, config } });
    }
  });
});

describe('golden: configs of Keras 3 and of later TensorFlow', () => {
  it('load, as long as they ask for nothing that is not here', () => {
    const { fresh, serialize, serialize_with_schedule, schedules: rates } = configs.keras3;
    const { name, learning_rate, beta_1, beta_2, epsilon } = fresh;
    expect(learning_rate).to.equal(Math.fround(0.001)); // it is a variable there
    expect(Adamax.fromConfig(fresh).getConfig()).to.deep.equal({
      name,
      learning_rate,
      decay: 0,
      beta_1,
      beta_2,
      epsilon,
    });
    expect(optimizers.deserialize(serialize).getConfig()).to.include({ learning_rate, beta_1, beta_2, epsilon });
    for (const [schedule, form] of Object.entries(serialize_with_schedule)) {
      const { learningRate } = optimizers.deserialize(form);
      const expected = schedules.deserialize(rates[schedule]);
      if (!(learningRate instanceof schedules.LearningRateSchedule)) expect.fail('not a schedule');
      expect(schedules.serialize(learningRate)).to.deep.equal(schedules.serialize(expected));
    }
  });

  it('are refused where they clip by a global norm', () => {
    expectError(
      () => Adamax.fromConfig(configs.legacy.global_clipnorm),
      TypeError,
      'ERR_ADAMAX_OPTION',
      /global_clipnorm .*received 1$/,
    );
  });
});

onEveryImplementation(
  "golden: Adamax with clipping and schedules has the numbers of the original's and other projects' own tests:",
  () => {
    it('Keras 3, adamax_test.py: clip norm and clip value', () => {
      for (const [options, expected] of [
        [{ clipnorm: 1 }, [Math.SQRT1_2, Math.SQRT1_2]],
        [{ clipvalue: 1 }, [1, 1]],
      ] as const) {
        const p = f32(0, 0);
        const optimizer = new Adamax(options);
        optimizer.applyGradients([[f32(100, 100), p]]);
        expectAllClose(optimizer.getSlot(p, 'v').data, expected, 1e-7);
      }
    });

    it('TensorFlow, optimizer_v2_test.py: constant gradients with a rate that is halved, then becomes a schedule', () => {
      const [v0, v1] = [f32(1, 2), f32(3, 4)];
      const optimizer = new Adamax({ learningRate: 1 });
      const step = () => {
        optimizer.applyGradients([
          [f32(5, 5), v0],
          [f32(3, 3), v1],
        ]);
      };
      step();
      expectAllClose([...v0, ...v1], [0, 1, 2, 3]);
      optimizer.learningRate = 0.5;
      step();
      expectAllClose([...v0, ...v1], [-0.5, 0.5, 1.5, 2.5]);
      optimizer.learningRate = new schedules.InverseTimeDecay({
        initialLearningRate: 0.5,
        decaySteps: 1,
        decayRate: 0.5,
      });
      step(); // after two finished steps: 0.5 / (1 + 0.5 · 2)
      expectAllClose([...v0, ...v1], [-0.75, 0.25, 1.25, 2.25]);
    });

    it('TensorFlow, optimizer_v2_test.py: schedules through a config, before a step and after', () => {
      for (const learningRate of [
        new schedules.InverseTimeDecay({ initialLearningRate: 0.5, decaySteps: 1, decayRate: 0.1 }),
        new schedules.PiecewiseConstantDecay({ boundaries: [5], values: [1, 0.5] }),
      ]) {
        const optimizer = new Adamax({ learningRate });
        for (let steps = 0; steps < 2; steps++) {
          const again = Adamax.fromConfig(optimizer.getConfig()).learningRate;
          if (!(again instanceof schedules.LearningRateSchedule)) expect.fail('not a schedule');
          expect(again.call(10)).to.equal(learningRate.call(10));
          optimizer.applyGradients([[f32(1), f32(0)]]);
        }
      }
    });
  },
);
