/** Weights of a model in the layout that `.keras` and `.weights.h5` have: a group for each layer, weights by number. */
import { damaged } from '../../checkpoint/format/damage.js';
import type { Group, Tensor } from '../hdf5/group.js';
import { snakeCase, weightNames } from './weight-names.js';

export interface Weight {
  readonly name: string;
  readonly tensor: Tensor;
  readonly trainable: boolean;
}

export interface Weights {
  readonly list: readonly Weight[];
  /** Whether the list is in the order in which Keras hands variables to an optimizer. */
  readonly isOrdered: boolean;
}

/** A layer, or a model, as configs have it. */
interface LayerConfig {
  readonly class_name?: unknown;
  readonly module?: unknown;
  readonly config?: { readonly name?: unknown; readonly trainable?: unknown; readonly layers?: unknown };
}

/** What lies beside the layers of a model. */
const NO_LAYERS = ['optimizer', 'metrics', 'loss_tracker', '_loss_tracker', '_compile_metrics', '_metrics'];

/** @param model - its config, where the file has one. @throws RangeError `ERR_ADAMAX_CHECKPOINT` */
export function weightsOf(file: string, root: Group, model: unknown): Weights {
  const walk = new Walk(file);
  const groups = new Map([...root.groups].filter(([name]) => !NO_LAYERS.includes(name)));
  walk.visit({ ...root, groups }, '', '', Object(model) as LayerConfig, true);
  return { list: walk.list, isOrdered: walk.isOrdered };
}

class Walk {
  readonly list: Weight[] = [];
  isOrdered = true;
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  visit(group: Group, name: string, kind: string, { config }: LayerConfig, trainable: boolean): void {
    const isTrained = trainable && config?.trainable !== false;
    this.#own(group, name, kind, (config ?? {}) as Readonly<Record<string, unknown>>, isTrained);
    const others = new Map([...group.groups].filter(([key, child]) => key !== 'vars' && hasWeights(child)));
    const layers = group.groups.get('layers');
    if (layers !== undefined && others.delete('layers')) {
      this.#layers(layers, name, Array.isArray(config?.layers) ? config.layers : [], isTrained);
    }
    // Keras saves parts of a layer in the order of their names, and lists them in that in which they were made.
    if (others.size > 1 || (others.size > 0 && layers !== undefined)) this.isOrdered = false;
    for (const [key, child] of others) this.visit(child, under(name, nameOf(child) ?? key), key, {}, isTrained);
  }

  #own(group: Group, name: string, kind: string, options: Readonly<Record<string, unknown>>, isTrained: boolean): void {
    const tensors = numbered(this.#file, group, name);
    for (const [i, weight] of weightNames(kind, tensors.length, options).entries()) {
      const trainable = isTrained && weight.trainable;
      this.list.push({ name: under(name, weight.name), tensor: tensors[i], trainable });
    }
  }

  #layers(group: Group, name: string, configs: readonly unknown[], isTrained: boolean): void {
    const left = new Map([...group.groups].filter(([, child]) => hasWeights(child)));
    const counts = new Map<string, number>();
    for (const config of configs.map((one) => Object(one) as LayerConfig)) {
      const isOperation = typeof config.module === 'string' && config.module.includes('.ops');
      if (typeof config.class_name !== 'string' || isOperation) continue;
      const kind = snakeCase(config.class_name);
      const count = counts.get(kind) ?? 0;
      counts.set(kind, count + 1);
      const key = count === 0 ? kind : `${kind}_${count}`;
      const child = left.get(key);
      if (child === undefined) continue;
      left.delete(key);
      const own = nameOf(child);
      const told = config.config?.name;
      // Since 3.4 or so the file says its name, too, and whoever made it may have counted otherwise.
      if (own !== undefined && typeof told === 'string' && own !== told) this.isOrdered = false;
      const layer = own ?? (typeof told === 'string' ? told : key);
      this.visit(child, under(name, layer), kind, config, isTrained);
    }
    if (left.size > 1 || (left.size > 0 && configs.length > 0)) this.isOrdered = false;
    for (const [key, child] of left) {
      this.visit(child, under(name, nameOf(child) ?? key), key.replace(/_\d+$/, ''), {}, isTrained);
    }
  }
}

/** The datasets `vars/0`, `vars/1`, … of a group. */
export function numbered(file: string, group: Group | undefined, name: string): Tensor[] {
  const tensors = group?.groups.get('vars')?.tensors ?? new Map<string, Tensor>();
  return Array.from({ length: tensors.size }, (_, i) => {
    const tensor = tensors.get(`${i}`);
    if (tensor === undefined) throw damaged(file, `weights of '${name}' must be numbered, as`, [...tensors.keys()]);
    return tensor;
  });
}

function hasWeights(group: Group): boolean {
  return (group.groups.get('vars')?.tensors.size ?? 0) > 0 || [...group.groups.values()].some(hasWeights);
}

function nameOf(group: Group): string | undefined {
  const name = group.groups.get('vars')?.attributes.name;
  return typeof name === 'string' ? name : undefined;
}

function under(name: string, child: string): string {
  return name === '' ? child : `${name}/${child}`;
}
