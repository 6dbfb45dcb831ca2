/** A file of Keras, as far as its layout goes: what it has of the model, and of the optimizer. */
import { damaged } from '../../checkpoint/format/damage.js';
import { checkDepth } from '../../checkpoint/metadata.js';
import type { Group, Tensor } from '../hdf5/group.js';
import type { Imported } from '../imported.js';
import { named } from './given-names.js';
import { numbered, type Weight, type Weights, weightsOf } from './layers.js';

/** Variables of an optimizer in their order; names are known where the file has them. */
export interface OptimizerVariable {
  readonly name: string | null;
  readonly tensor: Tensor;
}

export interface SavedModel {
  readonly format: Imported['format'];
  /** Null where the file does not tell. */
  readonly version: string | null;
  readonly weights: Weights;
  /** What the file calls the weights, where names of the optimizer's variables are made of that. */
  readonly rawNames: ReadonlyMap<Weight, string>;
  readonly optimizer: readonly OptimizerVariable[] | null;
  /** `{ class_name, config }` in whatever form, where the file tells. */
  readonly config: unknown;
}

/**
 * `.keras` and `.weights.h5`.
 * @param model - `config.json`, and `metadata.json`, of the former
 * @param given - names of weights that the caller knows
 */
export function savedByNumbers(
  file: string,
  root: Group,
  model: object | null,
  metadata: object | null,
  given: readonly string[],
): SavedModel {
  const { compile_config: compiled } = (model ?? {}) as { compile_config?: { optimizer?: unknown } | null };
  const { keras_version: version } = (metadata ?? {}) as { keras_version?: unknown };
  const group = root.groups.get('optimizer');
  return {
    format: model === null ? 'weights.h5' : 'keras',
    version: typeof version === 'string' ? version : null,
    weights: named(weightsOf(file, root, model), given),
    rawNames: new Map(),
    optimizer:
      group === undefined ? null : numbered(file, group, 'optimizer').map((tensor) => ({ name: null, tensor })),
    config: compiled?.optimizer ?? null,
  };
}

/** What `model.save('….h5')` writes: weights by name. */
export function savedByNames(file: string, root: Group): SavedModel {
  const layers = root.groups.get('model_weights') as Group;
  const rawNames = new Map<Weight, string>();
  const list: Weight[] = [];
  const frozen = frozenLayers(jsonOf(file, root, 'model_config'));
  for (const layer of namesIn(file, layers, 'layer_names')) {
    const group = at(file, layers, layer);
    for (const raw of namesIn(file, group, 'weight_names')) {
      const tensor = tensorAt(file, group, raw);
      const name = ownName(raw, layer);
      const trainable = !frozen.has(layer) && !/\/(moving_mean|moving_variance|seed_generator_state)$/.test(name);
      const weight = { name, tensor, trainable };
      list.push(weight);
      rawNames.set(weight, raw);
    }
  }
  const optimizer = root.groups.get('optimizer_weights');
  const training = jsonOf(file, root, 'training_config') as { optimizer_config?: unknown } | null;
  const { keras_version: version } = root.attributes;
  return {
    format: 'h5',
    version: typeof version === 'string' ? version : null,
    weights: { list, isOrdered: true },
    rawNames,
    optimizer:
      optimizer === undefined
        ? null
        : namesIn(file, optimizer, 'weight_names').map((name) => ({ name, tensor: tensorAt(file, optimizer, name) })),
    config: training?.optimizer_config ?? null,
  };
}

/** `net/hidden/kernel` of Keras 3 and `hidden/kernel:0` of Keras 2 are `hidden/kernel`. */
function ownName(raw: string, layer: string): string {
  const path = raw.replace(/:\d+$/, '').split('/');
  const begin = path.indexOf(layer);
  return path.slice(Math.max(begin, 0)).join('/');
}

function frozenLayers(model: unknown): Set<unknown> {
  const { config } = Object(model) as { config?: { layers?: unknown } | unknown[] };
  const layers = Array.isArray(config) ? config : (config as { layers?: unknown } | undefined)?.layers;
  const configs = (Array.isArray(layers) ? layers : []).map((one) => Object(Object(one).config));
  return new Set(configs.filter(({ trainable }) => trainable === false).map(({ name }) => name));
}

/** A list of names, which is cut into several where it is long. */
function namesIn(file: string, { attributes }: Group, attribute: string): string[] {
  if (attributes[attribute] !== undefined) return stringsOf(file, attribute, attributes[attribute]);
  const names: string[] = [];
  for (let i = 0; attributes[`${attribute}${i}`] !== undefined; i++) {
    names.push(...stringsOf(file, attribute, attributes[`${attribute}${i}`]));
  }
  return names;
}

function stringsOf(file: string, attribute: string, value: unknown): string[] {
  // An empty list is one of numbers.
  const list: unknown[] = ArrayBuffer.isView(value) && value.byteLength === 0 ? [] : [value].flat();
  if (!list.every((item) => typeof item === 'string')) {
    throw damaged(file, `attribute '${attribute}' must be names, as`, value);
  }
  return list as string[];
}

function tensorAt(file: string, group: Group, path: string): Tensor {
  const parts = path.split('/');
  const last = parts.pop() as string;
  const parent = parts.length === 0 ? group : at(file, group, parts.join('/'));
  const tensor = parent.tensors.get(last);
  if (tensor === undefined) throw damaged(file, 'datasets must be where names tell, as', path);
  return tensor;
}

function at(file: string, group: Group, path: string): Group {
  let current: Group | undefined = group;
  for (const part of path.split('/')) current = current?.groups.get(part);
  if (current === undefined) throw damaged(file, 'groups must be where names tell, as', path);
  return current;
}

function jsonOf(file: string, { attributes }: Group, attribute: string): unknown {
  const text = attributes[attribute];
  return text === undefined ? null : parsedJson(file, attribute, text);
}

/** @throws RangeError `ERR_ADAMAX_CHECKPOINT` for what is no JSON of an object */
export function parsedJson(file: string, name: string, text: unknown): object {
  let value: unknown;
  try {
    value = JSON.parse(text as string);
  } catch {
    // What it is told below.
  }
  checkDepth(file, `'${name}'`, value);
  if (typeof value === 'object' && value !== null) return value;
  throw damaged(file, `'${name}' must be a JSON object, as`, text);
}
