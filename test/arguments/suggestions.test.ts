import { Adagrad, Adamax, initializers, optimizers, SGD, schedules, Variable } from 'adamax';
import { setIsa } from 'adamax/kernels';
import { expect } from 'chai';
import { f32 } from '../support/data.js';

describe('near misses', () => {
  const built = () => {
    const [optimizer, w] = [new SGD({ momentum: 0.9 }), new Variable(f32(1))];
    optimizer.build([w]);
    return { optimizer, w };
  };
  const cases: [meant: string, call: () => unknown][] = [
    ['clipnorm', () => new Adamax({ clipNorm: 1 } as never)],
    ['learningRate', () => new Adamax({ learning_rate: 1 } as never)],
    ['learningRate', () => new Adamax({ learningrat: 1 } as never)],
    ['beta1', () => new Adamax({ beta_1: 1 } as never)],
    ['beta1', () => new Adamax({ b1: 0.9 } as never)],
    ['epsilon', () => new Adamax({ eps: 1e-8 } as never)],
    ['initialAccumulatorValue', () => new Adagrad({ initialAcumulatorValeu: 1 } as never)],
    ['trainable', () => new Variable(f32(1), { trainble: true } as never)],
    ['partial', () => new Adamax().setWeights([], { partail: true } as never)],
    ['clipnorm', () => Adamax.fromConfig({ clip_norm: 1 })],
    ['learning_rate', () => Adamax.fromConfig({ learningRate: 1 })],
    ['decaySteps', () => new schedules.CosineDecay({ initialLearningRate: 1, decayStep: 1 } as never)],
    ['CosineDecay', () => schedules.deserialize({ class_name: 'cosine_decay', config: {} })],
    ['RMSprop', () => optimizers.get('rms_prop')],
    ['Adagrad', () => optimizers.get('adagrd')],
    ['glorotUniform', () => initializers.get('glorot uniform')],
    ['seed', () => initializers.randomNormal({ sede: 1 } as never)],
    ['fan_in', () => initializers.varianceScaling({ mode: 'fanIn' as never })],
    ['onWrite', () => new Adamax().addWeight('x', [1], { synchronization: 'on_write' as never })],
    ['avx512', () => setIsa('AVX-512' as never)],
    [
      'momentum',
      () => {
        const { optimizer, w } = built();
        optimizer.getSlot(w, 'Momentum');
      },
    ],
  ];
  for (const [meant, call] of cases) {
    it(`are answered with ${meant}: ${String(call).replace(/\s+/g, ' ').slice(6, 70)}`, () => {
      expect(call).to.throw(Error, new RegExp(` \\(did you mean ${meant}\\?\\): received '`));
    });
  }

  it('are not guessed at where nothing is near', () => {
    for (const call of [
      () => new Adamax({ weightDecay: 1 } as never),
      () => new Adamax({ x: 1 } as never),
      () => optimizers.get('adam'),
      () => initializers.get(''),
      () => new Adamax({ ['learningRate'.repeat(1e5)]: 1 } as never),
      () => initializers.zeros({ value: 1 }),
    ]) {
      expect(call)
        .to.throw(Error, /: received '[^']*'/)
        .with.property('message')
        .that.not.match(/did you mean/);
    }
  });

  it('are told what is done in place of what other libraries have', () => {
    const refused = (options: object) => () => new Adamax(options as never);
    expect(refused({ weight_decay: 0.1 })).to.throw(TypeError, '(weight decay is a term of your gradient)');
    expect(refused({ globalClipnorm: 1 })).to.throw(TypeError, 'docs/training-loop.md bounds all together');
  });
});
