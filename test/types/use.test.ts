import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  Adagrad,
  Adamax,
  type Gradient,
  type GradientEngine,
  IndexedSlices,
  type Leaf,
  Optimizer,
  optimizers,
  RMSprop,
  SGD,
  schedules,
  Variable,
} from 'adamax';
import { type AdamaxScalars, adamaxScalars, adamaxStep } from 'adamax/kernels';
import { expect } from 'chai';
import { root } from '../support/process.js';

/**
 * Right and wrong use, as the compiler sees it: this file is compiled with the tests, so a line marked as an error that
 * compiles, or any other line that does not, breaks the build. Nothing calls it.
 */
function rightUse(weights: Float32Array, shared: Float32Array): void {
  const variable: Variable = new Variable(weights, { shape: [2, 2], constraint: (values) => values.map(Math.abs) });
  const counter: Variable<BigInt64Array> = new Variable(new BigInt64Array(1), { shape: [] });
  const optimizer = new Adamax({ learningRate: () => 0.1, clipnorm: null, beta1: new Variable(shared) });
  const gradients: Gradient[] = [
    weights,
    variable,
    [
      [1, 2],
      [3, 4],
    ],
    new IndexedSlices(weights, [0, 1]),
    null,
  ];
  const steps: number = optimizer.applyGradients(gradients.map((gradient) => [gradient, variable] as const));
  optimizer.applyGradients(new Map([[weights, variable]]), { name: 'step', experimentalAggregateGradients: false });
  optimizer.learningRate = new schedules.ExponentialDecay({ initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.9 });
  optimizer.learningRate = (step) => 0.1 / (1 + step);
  const rate: number = optimizer.currentLearningRate;
  new Adamax({ epsilon: null, name: null, lr: null, decay: null, beta2: (step: number) => (rate ? step / 10 : 0) });
  optimizer.clipvalue = undefined;
  optimizer.iterations = counter;
  optimizer.minimize(
    () => ({ loss: steps, gradients: () => gradients }),
    () => [variable, weights],
  );
  const again: Adamax = Adamax.fromConfig(optimizer.getConfig());
  const rms: RMSprop = RMSprop.fromConfig({ rho: 0.5 });
  const ada: Adagrad = Adagrad.fromConfig({ initial_accumulator_value: 0.5 });
  const any: Optimizer = optimizers.get('sgd');
  const named: Optimizer = optimizers.get({ class_name: 'SGD', config: { learning_rate: 0.5 } });
  const scalars: AdamaxScalars = adamaxScalars({ step: 1 });
  adamaxStep(weights, again.getSlot(weights, 'm').data, rms.getSlot(variable, 'rms').data, weights, scalars);
  ada.epsilon = new Variable(shared);
  any.setWeights(named.getWeights());
  any.setWeights(optimizer.getWeights());
  any.setWeights([10, [[1, 2]], new Float64Array(2), variable]).missing.join();
  // An engine decides what losses compute with; what it does not know of need not be said.
  const engine: GradientEngine<number[]> = { differentiate: () => ({ gradients: [weights, null, undefined] }) };
  const differentiating = new Adamax({ engine });
  const loss = (leaf: Leaf<number[]>) => leaf(weights);
  const taken: number = differentiating.minimize(loss, [[weights], variable], { gradLoss: 2 });
  const later: Promise<number> = differentiating.minimizeAsync(
    async (leaf) => leaf(weights),
    () => weights,
  );
  void [taken, later, differentiating.lastLoss?.toFixed(), differentiating.getGradients({}, weights, { engine: null })];
}

function wrongUse(weights: Float32Array, optimizer: Adamax): void {
  // @ts-expect-error: the option is called learningRate
  new Adamax({ learning_rate: 0.1 });
  // @ts-expect-error: the attribute is called learningRate
  optimizer.learning_rate = 0.1;
  // @ts-expect-error: the rate in force is what learningRate and decay make it
  optimizer.currentLearningRate = 0.1;
  // @ts-expect-error: a number, not a string
  new Adamax({ learningRate: '0.1' });
  // @ts-expect-error: an options object, not a positional argument
  new SGD(0.1);
  // @ts-expect-error: double precision is no gradient
  optimizer.applyGradients([[new Float64Array(1), weights]]);
  // @ts-expect-error: a pair is [gradient, variable], not an object
  optimizer.applyGradients([{ gradient: weights, variable: weights }]);
  // @ts-expect-error: a number is no variable
  optimizer.minimize(() => ({ gradients: [[1]] }), [[weights], 1]);
  // @ts-expect-error: an engine differentiates
  new Adamax({ engine: {} });
  // @ts-expect-error: Optimizer is abstract
  new Optimizer();
  // @ts-expect-error: data cannot be exchanged, only assigned to
  new Variable(weights).data = weights;
  // @ts-expect-error: the step has a number
  adamaxScalars({});
  // @ts-expect-error: a schedule takes an options object
  new schedules.ExponentialDecay(0.1, 10, 0.9);
}

void rightUse;
void wrongUse;

describe('the published typings', () => {
  const files = readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.d.ts'),
  );

  it('say Float32Array without type parameters, so that compilers before TypeScript 5.7 take them', () => {
    expect(files).to.include('index.d.ts');
    for (const file of files) {
      expect(readFileSync(join(root, 'dist', file), 'utf8'), file).to.not.match(
        /(Float32|Float64|Int32|Uint32|BigInt64)Array</,
      );
    }
  });

  it('document every option and every public method in place', () => {
    for (const [file, names] of [
      ['optimizers/adamax.d.ts', ['beta1', 'beta2', 'epsilon']],
      [
        'optimizers/optimizer-options.d.ts',
        ['learningRate', 'lr', 'decay', 'clipnorm', 'clipvalue', 'name', 'slotDtype', 'nonFinite', 'engine'],
      ],
      [
        'optimizers/optimizer.d.ts',
        ['applyGradients', 'applyGradientsAsync', 'minimize', 'minimizeAsync', 'getGradients', 'getUpdates'],
      ],
      [
        'optimizers/optimizer-state.d.ts',
        ['build', 'release', 'addSlot', 'getSlot', 'getWeights', 'setWeights', 'addWeight'],
      ],
      ['optimizers/engine.d.ts', ['adopt', 'differentiate', 'differentiateAsync', 'commit']],
    ] as const) {
      const text = readFileSync(join(root, 'dist', file), 'utf8');
      for (const name of names) expect(text, `${file}: ${name}`).to.match(new RegExp(`\\*/\\s+(static )?${name}[?(<]`));
    }
  });
});
