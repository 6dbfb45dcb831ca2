/**
 * What is bundled: a training that saves its optimizer. It prints what ran, what it came to, and the names it saved.
 */
import { createHash } from 'node:crypto';
import { Adamax, optimizers, schedules } from 'adamax';
import { isa } from 'adamax/kernels';

const learningRate = new schedules.CosineDecay({ initialLearningRate: 0.1, decaySteps: 10 });
const optimizer = new Adamax({ learningRate, clipnorm: 5 });
const weights = new Float32Array(1000).map((_, i) => i / 1000);
for (let k = 0; k < 6; k++) optimizer.applyGradients([[weights.map((x, i) => x - i * 0.002), weights]]);

const saved = JSON.parse(JSON.stringify(optimizers.serialize(optimizer)));
const restored = optimizers.deserialize(saved);
console.log(
  JSON.stringify({
    isa: isa(),
    digest: createHash('sha256').update(new Uint8Array(weights.buffer)).digest('hex').slice(0, 16),
    saved: [saved.class_name, saved.config.learning_rate.class_name, restored.constructor === Adamax],
  }),
);
