/** Taking the state out and putting it back: by name, by position, in part, through JSON, and all that does not fit. */
import type { NdArray, WeightLike } from 'adamax';
import type { Call, CallKind } from '../call.js';
import { sameElements } from '../compare.js';
import { demand, Faults } from '../faults.js';
import type { OptimizerModel } from '../model/optimizer.js';
import type { SavedKind, SavedWeight } from '../model/saved.js';
import { modelSetWeights, type Report } from '../model/weights.js';
import type { Draw } from '../random.js';
import type { World } from '../world.js';

/** The state as the model has it, in the form that `getWeights` returns. */
export function savedState(optimizer: OptimizerModel): SavedWeight[] {
  return optimizer.places().flatMap(({ weight, name, dtype, shape }): SavedWeight[] => {
    if (weight === null) return [];
    const values = weight.shadow.slice();
    return [
      { real: { name, dtype, shape: [...shape], data: values.slice() }, name, shape: [...shape], kind: dtype, values },
    ];
  });
}

/** Why the state cannot be read. */
function readFaults(optimizer: OptimizerModel): Faults {
  const faults = new Faults();
  if (optimizer.busy) faults.add('ERR_ADAMAX_BUSY');
  if (optimizer.counter.block.gone) faults.add('ERR_ADAMAX_DETACHED');
  if (optimizer.weights.some(({ slot }) => slot?.region.block.gone)) faults.add('ERR_ADAMAX_DETACHED');
  return faults;
}

/** Throws unless the arrays are those of the state. */
export function compareState(have: readonly NdArray[], want: readonly SavedWeight[]): void {
  demand(have.length === want.length, () => `weights: have ${have.length}, want ${want.length}`);
  want.forEach(({ name, kind, shape, values }, i) => {
    const { name: called, dtype, shape: shaped, data } = have[i];
    demand(called === name && dtype === kind && String(shaped) === String(shape), () => {
      return `weights[${i}]: have ${called} of ${dtype} [${shaped}], want ${name} of ${kind} [${shape}]`;
    });
    const at = sameElements(data, values as Float32Array);
    demand(at < 0, () => `weights[${i}][${at}], ${name}: have ${data[at]}, want ${values[at]}`);
  });
}

function getWeights(world: World, draw: Draw): Call {
  const optimizer = draw.pick(world.optimizers);
  const faults = readFaults(optimizer);
  const want = savedState(optimizer);
  return {
    text: `${optimizer.id}.getWeights()`,
    faults,
    act: () => optimizer.real.getWeights(),
    apply(result) {
      const have = result as NdArray[];
      compareState(have, want);
      world.saved.push(want.map((saved, i) => ({ ...saved, real: have[i] })));
      if (world.saved.length > 4) world.saved.shift();
    },
  };
}

type Change = (draw: Draw, items: SavedWeight[]) => SavedWeight[];

const at = (draw: Draw, items: readonly SavedWeight[]) => draw.below(Math.max(1, items.length));

/** One of the items is another. */
function other(draw: Draw, items: SavedWeight[], change: (item: SavedWeight) => SavedWeight): SavedWeight[] {
  const chosen = at(draw, items);
  return items.map((item, i) => (i === chosen ? change(item) : item));
}

const withReal = (item: SavedWeight): SavedWeight => {
  const { name, shape, kind, values } = item;
  const dtype = kind === 'nested' || kind === 'bad' ? undefined : kind;
  const rest = { ...(name !== null && { name }), ...(dtype && { dtype }) };
  return { ...item, real: shape === null ? values : { ...rest, shape, data: values } };
};

const unnamed = (item: SavedWeight): SavedWeight => withReal({ ...item, name: null });
const isNumbers = (kind: SavedKind) => kind === 'float32' || kind === 'int64';

const CHANGES: readonly { readonly weight: number; readonly change: Change }[] = [
  { weight: 6, change: (_draw, items) => items },
  { weight: 5, change: (draw, items) => draw.shuffled(items) },
  { weight: 5, change: (_draw, items) => items.map(unnamed) },
  { weight: 3, change: (_draw, items) => items.map((item) => withReal({ ...item, name: null, shape: null })) },
  { weight: 3, change: (draw, items) => items.filter(() => !draw.chance(0.3)) },
  {
    weight: 2,
    change: (draw, items) => other(draw, items, (item) => ({ ...withReal({ ...item, name: 'nobody/m' }) })),
  },
  { weight: 1, change: (draw, items) => other(draw, items, unnamed) },
  { weight: 2, change: (draw, items) => [...items, draw.pick(items)] },
  {
    weight: 2,
    change: (draw, items) => {
      return other(draw, items, (item) =>
        item.shape === null ? item : withReal({ ...item, shape: [...item.shape, 1] }),
      );
    },
  },
  {
    weight: 3,
    change: (_draw, items) => {
      return items.map((item) => {
        if (!isNumbers(item.kind) || item.shape === null) return item;
        const values = Array.from(item.values as ArrayLike<number | bigint>);
        return withReal({ ...item, kind: 'nested', values });
      });
    },
  },
  {
    weight: 2,
    change: (_draw, items) => {
      return items.map((item) => {
        if (item.kind !== 'float32') return item;
        const values = Float64Array.from(item.values as Float32Array) as never as Float32Array;
        return withReal({ ...item, kind: 'float64', values });
      });
    },
  },
  {
    weight: 2,
    change: (draw, items) => {
      return other(draw, items, (item) => {
        const bad = item.kind === 'float32' && item.values.length > 0;
        if (!bad) return { ...item, kind: 'bad', real: { ...(withReal(item).real as object), data: 'no base64!' } };
        const values = Array.from(item.values as Float32Array);
        values[draw.below(values.length)] = 0.1;
        return withReal({ ...item, kind: 'nested', values });
      });
    },
  },
  {
    weight: 1,
    change: (draw, items) =>
      other(draw, items, (item) => ({
        ...item,
        kind: 'bad',
        shape: null,
        name: null,
        values: new Float32Array(0),
        real: null,
      })),
  },
  {
    weight: 2,
    change: (draw, items) => {
      return items.map((item) => {
        if (item.kind !== 'int64') return item;
        return withReal({ ...item, values: BigInt64Array.of(draw.pick([-1n, 2n ** 53n, 5n])) });
      });
    },
  },
];

/** Through JSON, which keeps every bit: as far as it is what `getWeights` returned. */
function throughJson(items: SavedWeight[]): SavedWeight[] {
  if (!items.every(({ real }) => typeof (real as { toJSON?: unknown } | null)?.toJSON === 'function')) return items;
  const parsed = JSON.parse(JSON.stringify(items.map(({ real }) => real))) as unknown[];
  return items.map((item, i) => ({ ...item, real: parsed[i] }));
}

function setWeights(world: World, draw: Draw): Call | null {
  const optimizer = draw.pick(world.optimizers);
  const source = draw.pick([draw.pick(world.optimizers), optimizer, optimizer]);
  let items = world.saved.length > 0 && draw.chance(0.5) ? draw.pick(world.saved) : savedState(source);
  if (items.some(({ values }) => values.length > 5000)) return null;
  if (draw.chance(0.3)) items = throughJson(items);
  const { change } = draw.weighted(CHANGES);
  items = change(draw, items);
  const partial = draw.chance(0.4);
  const model = modelSetWeights(optimizer, items, partial);
  const list = items.map(({ real }) => real) as WeightLike[];
  const names = items.map(({ name, kind }) => name ?? `a ${kind}`).join(', ');
  return {
    text: `${optimizer.id}.setWeights([${names}]${partial ? ', partial' : ''})`,
    faults: model.faults,
    act: () => optimizer.real.setWeights(list, draw.chance(0.5) || partial ? { partial } : {}),
    apply: (result) => model.apply(result as Report),
  };
}

export const weights: readonly CallKind[] = [
  { name: 'getWeights', weight: 7, make: getWeights },
  { name: 'setWeights', weight: 16, make: setWeights },
];
