/** Whether the world is as the model has it, to the byte. */
import type { AnyVariable } from 'adamax';
import { demand } from './faults.js';
import type { OptimizerModel, WeightModel } from './model/optimizer.js';
import { widened } from './oracle/storage.js';
import type { World } from './world.js';

/** @param thoroughly - whether to look at configs, too, which takes as long as all the rest */
export function compareWorld(world: World, thoroughly: boolean): void {
  demand(world.complaints.length === 0, () => world.complaints.join('; '));
  world.blocks.forEach((block, i) => {
    // What a step off the event loop writes holds anything.
    if (world.underWay.some(({ written }) => written.some((region) => region.block === block))) return;
    const difference = block.difference();
    demand(difference === null, () => `memory of ${ownerOf(world, i)}: ${difference}`);
  });
  for (const variable of world.variables) {
    if (variable.real === null) continue;
    demand(variable.real.data === variable.memory.real, () => `${variable.id} has another array`);
    demand(
      variable.real.trainable === variable.trainable,
      () => `${variable.id}.trainable is ${variable.real?.trainable}`,
    );
  }
  for (const optimizer of world.optimizers) compareOptimizer(optimizer, thoroughly);
}

function ownerOf({ blocks, variables }: World, i: number): string {
  const owners = variables
    .filter(({ memory }) => memory.block === blocks[i])
    .map(({ id, memory }) => `${id} at ${memory.begin / 4}`);
  return `block ${i} (${owners.join(', ') || 'no variable'})`;
}

function compareOptimizer(optimizer: OptimizerModel, thoroughly: boolean): void {
  const { real, id, weights, busy, slots, settings } = optimizer;
  const have = real.weights;
  demand(have.length === weights.length, () => `${id}.weights: have ${have.length}, want ${weights.length}`);
  weights.forEach((weight, i) => {
    compareWeight(optimizer, `${id}.weights[${i}], ${pathOf(weight)}`, weight, have[i], busy);
  });
  const [names, wanted] = [real.getSlotNames(), [...slots.keys()]];
  demand(String(names) === String(wanted), () => `${id}.getSlotNames(): have ${names}, want ${wanted}`);
  demand(
    Object.is(real.lastLoss, optimizer.lastLoss),
    () => `${id}.lastLoss: have ${real.lastLoss}, want ${optimizer.lastLoss}`,
  );
  const { skippedSteps, nonFinite } = real;
  demand(
    skippedSteps === optimizer.skipped,
    () => `${id}.skippedSteps: have ${skippedSteps}, want ${optimizer.skipped}`,
  );
  demand(nonFinite === settings.nonFinite, () => `${id}.nonFinite: have ${nonFinite}, want ${settings.nonFinite}`);
  // Functions are told the count.
  if (!thoroughly || optimizer.counter.block.gone) return;
  if (optimizer.isCountable && settings.rateFaults.must.size === 0) {
    const [rate, wantedRate] = [real.currentLearningRate, settings.rateAt(optimizer.count)];
    demand(Object.is(rate, wantedRate), () => `${id}.currentLearningRate: have ${rate}, want ${wantedRate}`);
  }
  if (settings.configFaults.must.size > 0) return;
  const [config, wantedConfig] = [real.getConfig(), settings.config(optimizer.count)].map((value) =>
    JSON.stringify(value),
  );
  demand(config === wantedConfig, () => `${id}.getConfig(): have ${config}, want ${wantedConfig}`);
}

const pathOf = ({ owner, kind }: WeightModel) => (owner === null ? kind : `${kind} of ${owner.id}`);

function compareWeight(
  optimizer: OptimizerModel,
  what: string,
  weight: WeightModel,
  real: AnyVariable,
  busy: boolean,
): void {
  // The first time it comes, it is taken for what it should be; its numbers and its place tell.
  weight.real ??= real;
  if (weight.slot !== null) weight.slot.real ??= real;
  demand(weight.real === real, () => `${what} is another variable than before`);
  demand(real.dtype === weight.dtype && String(real.shape) === String(weight.shape), () => `${what} is ${real}`);
  const isCounter = weight.owner === null && weight.kind === 'iterations';
  const gone = isCounter ? optimizer.counter.block.gone : (weight.slot?.region.block.gone ?? false);
  if (gone || (busy && weight.slot !== null)) return;
  const { data } = real;
  const same = sameElements(data, weight.shadow);
  demand(same < 0, () => `${what}[${same}]: have ${number(data, same)}, want ${number(weight.shadow, same)}`);
}

/** The first place where two arrays differ; −1 where they have the same bits, but for the payload of NaNs. */
export function sameElements(
  a: Float32Array | Uint16Array | BigInt64Array,
  b: Float32Array | Uint16Array | BigInt64Array,
): number {
  if (a.length !== b.length) return Math.min(a.length, b.length);
  if (a instanceof Float32Array) {
    // NaNs are alike to it, and zeros of either sign are not.
    for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return i;
    return -1;
  }
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i] && !(isNaN16(a[i]) && isNaN16(b[i]))) return i;
  return -1;
}

const isNaN16 = (x: number | bigint) => typeof x === 'number' && (x & 0x7fff) > 0x7f80;

function number(array: ArrayLike<number | bigint>, i: number): string {
  return array instanceof Uint16Array ? `${widened(array[i])} (bfloat16)` : String(array[i]);
}
