/** Which variables an optimizer has, and what it keeps of them. */
import { wrongValue } from '../../arguments/errors.js';
import { damaged } from '../../checkpoint/format/damage.js';
import { equalShapes, formatShape } from '../../variables/shape.js';
import type { Tensor } from '../hdf5/group.js';
import type { Weight } from './layers.js';
import type { Slot } from './rules.js';
import type { OptimizerVariable, SavedModel } from './saved.js';

/** What the optimizer keeps of each weight that it has seen, by the names of slots here. */
export type SlotsByWeight = ReadonlyMap<Weight, Readonly<Record<string, Tensor>>>;

/** Most names in a message. */
const NAMED = 40;

/**
 * The weights that are trained, in their order.
 * @param given - names of the caller's, as Keras or as this package has them
 */
export function trainedWeights({ weights }: SavedModel, given: readonly string[] | null): Weight[] {
  if (given === null) return weights.list.filter(({ trainable }) => trainable);
  return given.map((path) => {
    const name = path.replace(/:\d+$/, '');
    const exact = weights.list.find((weight) => weight.name === name);
    const ending = weights.list.filter((weight) => name.endsWith(`/${weight.name}`));
    const found = exact ?? (ending.length === 1 ? ending[0] : undefined);
    if (found === undefined) throw wrongValue('trainable', `names of ${listOf(weights.list)}`, path);
    return found;
  });
}

/**
 * Slots go by the order of the weights that are trained: which it is must be known, or follow from shapes.
 * @param variables - of the optimizer, behind its counter and learning rate
 */
export function slotsByOrder(
  file: string,
  saved: SavedModel,
  given: readonly string[] | null,
  variables: readonly OptimizerVariable[],
  slots: readonly Slot[],
  isInterleaved: boolean,
): SlotsByWeight {
  const trained = trainedWeights(saved, given);
  const found = new Map<Weight, Record<string, Tensor>>();
  if (variables.length === 0) return found;
  const count = slots.length === 0 ? 0 : variables.length / slots.length;
  if (!Number.isInteger(count) || count === 0) {
    throw damaged(
      file,
      `the optimizer must have ${slots.length} variables for each that is trained, as`,
      variables.length,
    );
  }
  const tensorsOf = (i: number) => {
    return slots.map((_, k) => variables[isInterleaved ? i * slots.length + k : k * count + i].tensor);
  };
  const isKnown = given !== null || saved.weights.isOrdered;
  const left = new Set(trained);
  for (let i = 0; i < count; i++) {
    const tensors = tensorsOf(i);
    const fits = [...left].filter(({ tensor }) => equalShapes(tensor.shape, tensors[0].shape));
    const weight = isKnown ? trained[i] : fits.length === 1 ? fits[0] : undefined;
    const misfit = tensors.find(({ shape }) => weight === undefined || !equalShapes(weight.tensor.shape, shape));
    if (weight === undefined || misfit !== undefined || (isKnown && count !== trained.length)) {
      throw unclear(file, saved, given, tensorsOf, count);
    }
    // Two weights of one shape are told apart by nothing, be it that only one is trained.
    left.delete(weight);
    found.set(weight, Object.fromEntries(slots.map(({ name }, k) => [name, tensors[k]])));
  }
  return found;
}

function unclear(
  file: string,
  { weights }: SavedModel,
  given: readonly string[] | null,
  tensorsOf: (i: number) => Tensor[],
  count: number,
): RangeError {
  const shapes = Array.from({ length: Math.min(count, NAMED) }, (_, i) => formatShape(tensorsOf(i)[0].shape));
  const expected = [
    `a list of ${count} names, in the order of model.trainable_variables in Keras, whose shapes are`,
    `${shapes.join(', ')}${count > NAMED ? ', …' : ''}, since ${file} does not tell; of ${listOf(weights.list)}`,
  ];
  return wrongValue('trainable', expected.join(' '), given ?? undefined);
}

/** Slots go by their names, which are made of those of weights. */
export function slotsByName(
  file: string,
  { rawNames }: SavedModel,
  variables: readonly OptimizerVariable[],
  slots: readonly Slot[],
  isOf: (variable: string, weight: string, slot: string) => boolean,
): SlotsByWeight {
  const left = new Map(variables.map((variable) => [variable.name as string, variable.tensor]));
  const found = new Map<Weight, Record<string, Tensor>>();
  for (const [weight, raw] of rawNames) {
    const own: Record<string, Tensor> = {};
    for (const { name, there } of slots) {
      const keys = [...left.keys()].filter((key) => isOf(key, raw, there));
      if (keys.length > 1)
        throw damaged(file, `one variable of the optimizer must be '${there}' of '${raw}', as`, keys);
      if (keys.length === 0) continue;
      own[name] = left.get(keys[0]) as Tensor;
      left.delete(keys[0]);
    }
    const came = Object.keys(own).length;
    if (came === 0) continue;
    if (came < slots.length) throw damaged(file, `all slots of '${raw}' must be there, as`, Object.keys(own));
    found.set(weight, own);
  }
  const [strange] = left.keys();
  if (strange !== undefined) throw damaged(file, 'variables of the optimizer must belong to weights, as', strange);
  return found;
}

function listOf(weights: readonly Weight[]): string {
  const names = weights.slice(0, NAMED).map(({ name, tensor }) => `${name} ${formatShape(tensor.shape)}`);
  return names.join(', ') + (weights.length > NAMED ? ', …' : '');
}
