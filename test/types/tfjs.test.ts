import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type * as core from '@tensorflow/tfjs-core';
import type * as layers from '@tensorflow/tfjs-layers';
import { type Adamax, type GradientEngine, schedules, type Variable } from 'adamax';
import { save } from 'adamax/checkpoint';
import { createTfjs, type Tfjs, type TfjsOptimizer } from 'adamax/tfjs';
import { expect } from 'chai';
import { root } from '../support/process.js';

/** Right and wrong use, as the compiler sees it: see use.test.ts. Nothing calls it. */
function rightUse(tf: typeof core & typeof layers, alone: typeof core, model: layers.LayersModel): void {
  const { Adamax: Ours, RMSprop, SGD, commit, variablesOf } = createTfjs(tf);
  createTfjs(alone).Adamax.className.trim();
  const optimizer = new Ours({ learningRate: 0.1, clipnorm: 1, slotDtype: 'bfloat16' });
  model.compile({ optimizer, loss: 'meanSquaredError' });
  model.compile({ optimizer: new SGD(0.1), loss: 'meanSquaredError' });
  model.optimizer = new RMSprop(new schedules.CosineDecay({ initialLearningRate: 0.1, decaySteps: 10 }));
  const any: core.Optimizer = optimizer;
  const one: TfjsOptimizer<Adamax> = optimizer.constrain(model);
  optimizer.learningRate = (iterations) => 1 / (1 + iterations);
  const variable = tf.variable(tf.zeros([2]));
  const loss = () => tf.sum(variable) as core.Scalar;
  const cost: core.Scalar | null = optimizer.minimize(loss, true, [variable]);
  const steps: number = optimizer.minimize(loss, () => [variable, model.trainableWeights]);
  optimizer.minimize(loss, [variable], { gradLoss: 2 });
  optimizer.applyGradients({ w: tf.zeros([2]) });
  optimizer.applyGradients([{ name: 'w', tensor: tf.zeros([2]) }]);
  optimizer.applyGradients([
    [tf.zeros([2]), variable],
    [new Float32Array(2), model.weights[0]],
  ]);
  const { grads } = tf.variableGrads(loss);
  optimizer.applyGradients(grads);
  const slot: Variable = one.core.getSlot(variable, 'm');
  const beta: number = optimizer.core.beta1;
  const engine: GradientEngine | null = optimizer.core.engine;
  const variables = variablesOf([model, [variable]]);
  save('x', { optimizer: optimizer.core, variables });
  commit(variables);
  void [any, cost, steps, slot, beta, engine, Ours.fromConfig(Ours, optimizer.getConfig())];
}

function wrongUse(tf: Tfjs): void {
  const { Adamax: Ours, SGD, variablesOf } = createTfjs(tf);
  const optimizer = new Ours();
  // @ts-expect-error: SGD has no betas
  new SGD({ beta1: 0.5 });
  // @ts-expect-error: the engine is TensorFlow.js
  new Ours({ engine: null });
  // @ts-expect-error: in Python's spelling
  new Ours({ learning_rate: 1 });
  // @ts-expect-error: a cost is asked for by a boolean
  optimizer.minimize(() => tf.scalar(1), 'cost');
  // @ts-expect-error: a tensor is no list of gradients
  optimizer.applyGradients(tf.scalar(1));
  // @ts-expect-error: a number is no model
  variablesOf(5);
  // @ts-expect-error: no TensorFlow.js
  createTfjs({});
}

void rightUse;
void wrongUse;

describe('the published typings without TensorFlow.js', () => {
  /** All declarations that one of them reaches. */
  function reached(entry: string, found = new Map<string, string>()): Map<string, string> {
    if (found.has(entry)) return found;
    const text = readFileSync(join(root, 'dist', entry), 'utf8');
    found.set(entry, text);
    for (const [, path] of text.matchAll(/(?:from|import\()\s*'(\.[^']*)\.js'/g)) {
      reached(join(dirname(entry), `${path}.d.ts`), found);
    }
    return found;
  }
  const mentions = (entry: string) => [...reached(entry)].filter(([, text]) => text.includes("'@tensorflow")).length;

  it('of adamax/tfjs are all named in docs/tfjs.md', () => {
    const declarations = readFileSync(join(root, 'dist', 'tfjs', 'index.d.ts'), 'utf8');
    const listed = [...declarations.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list]) => list.split(','));
    const declared = [...declarations.matchAll(/^export (?:declare )?(?:function|interface) (\w+)/gm)].map(
      ([, name]) => name,
    );
    const names = [...listed.map((name) => name.trim().replace(/^type /, '')), ...declared];
    expect(names).to.include.members(['createTfjs', 'TfjsOptimizer', 'AdamaxForTfjs']);
    const code = (readFileSync(join(root, 'docs', 'tfjs.md'), 'utf8').match(/```[\s\S]*?```|`[^`\n]*`/g) ?? []).join(
      '\n',
    );
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(code))).to.deep.equal([]);
  });

  it('need none, but for those of adamax/tfjs', () => {
    for (const entry of [
      'index.d.ts',
      'kernels.d.ts',
      'checkpoint/index.d.ts',
      'prebuilt.d.ts',
      'no-addons/index.d.ts',
    ]) {
      expect(reached(entry).size, entry).to.be.greaterThan(0);
      expect(mentions(entry), entry).to.equal(0);
    }
    expect(mentions('tfjs/index.d.ts')).to.be.greaterThan(0);
  });
});
