/** Small trainings that can be cut in two. */
import { type Gradient, IndexedSlices, type Optimizer, Variable } from 'adamax';
import { type Content, fingerprint } from 'adamax/checkpoint';
import { expect } from 'chai';
import { Random } from '../support/data.js';

export const SHAPES = { a: [33], b: [33], c: [9, 4], table: [40, 3] } as const;
export type Name = keyof typeof SHAPES;
export const NAMES = Object.keys(SHAPES) as Name[];

export type Model = Readonly<Record<Name, Variable | Float32Array>>;
export type Optimizers = Readonly<Record<string, Optimizer>>;

export interface World {
  /** The only one under the empty name. */
  readonly optimizers: Optimizers;
  readonly model: Model;
}

/** A training, and how it is taken up again. */
export interface Case {
  readonly title: string;
  make(): Optimizers;
  /** What a state is loaded into. Default: as it was made. */
  fresh?(): Optimizers;
  /** How variables are named. `object`: by the caller, when they are saved. Default: own names. */
  readonly naming?: 'own' | 'none' | 'bare' | 'mixed' | 'object';
  /** What comes before the first step, and before a state is loaded. */
  begin?(world: World): void;
  /** What comes before a state is loaded, and not before the first step. */
  revive?(world: World): void;
  /** Step k. Default: all variables by the first optimizer. */
  step?(world: World, k: number): void;
  readonly customObjects?: Readonly<Record<string, unknown>>;
  /** Whether nothing but the parameters says how it goes on. */
  readonly isStateless?: boolean;
}

export const SAVED_AT = 5;
export const STEPS = 11;

export const dataOf = (target: Variable | Float32Array): Float32Array =>
  target instanceof Variable ? target.data : target;
/** The variable of a case whose variables are none of them bare. */
export const variableOf = ({ model }: World, name: Name): Variable => model[name] as Variable;

export function world({ naming = 'own' }: Case, optimizers: Optimizers): World {
  const random = new Random(5);
  const entries = NAMES.map((name, i): [Name, Variable | Float32Array] => {
    const shape = SHAPES[name];
    const start = random.normals(shape.reduce((x, y) => x * y, 1));
    // A bare array has one dimension, so that gradients of rows need a variable.
    if (naming === 'bare' && shape.length === 1) return [name, start];
    const isNamed = naming === 'own' || (naming === 'mixed' && i % 2 === 1);
    return [name, new Variable(start, isNamed ? { name, shape } : { shape })];
  });
  return { optimizers, model: Object.fromEntries(entries) as unknown as Model };
}

/** Steps variables by gradients that depend on the step and on where they are. */
export function stepBy(optimizer: Optimizer, { model }: World, k: number, names: readonly Name[] = NAMES): void {
  const pairs = names.map((name): [Gradient, Variable | Float32Array] => {
    const random = new Random(100 * k + NAMES.indexOf(name) + 1);
    if (name !== 'table') return [dataOf(model[name]).map((x) => x + random.normal()), model[name]];
    const rows = [3, 39, random.below(40), 3];
    return [new IndexedSlices(random.normals(12), rows), model[name]];
  });
  optimizer.applyGradients(pairs);
}

export const first = ({ optimizers }: World): Optimizer => Object.values(optimizers)[0];

export function train(one: Case, place: World, from: number, to: number): void {
  const step = one.step ?? ((where, k) => stepBy(first(where), where, k));
  for (let k = from; k < to; k++) step(place, k);
}

export function contentOf({ naming }: Case, { optimizers, model }: World): Content {
  const renamed = Object.fromEntries(NAMES.map((name) => [`renamed ${name}`, model[name]]));
  const variables = naming === 'object' ? renamed : NAMES.map((name) => model[name]);
  return '' in optimizers ? { optimizer: optimizers[''], variables } : { optimizers, variables };
}

/** The first part of a training. */
export function begun(one: Case): World {
  const place = world(one, one.make());
  one.begin?.(place);
  train(one, place, 0, SAVED_AT);
  return place;
}

/** Where a state is loaded into: other parameters, and optimizers that have seen nothing. */
export function fresh(one: Case): World {
  const place = world(one, (one.fresh ?? one.make)());
  for (const name of NAMES) dataOf(place.model[name]).fill(7);
  one.begin?.(place);
  one.revive?.(place);
  return place;
}

/** All of a state, bit by bit, and not by way of what saves it. */
export function bitsOf({ optimizers, model }: World): Record<string, string> {
  const bits: Record<string, string> = {};
  for (const name of NAMES) bits[name] = hex(dataOf(model[name]));
  for (const [which, optimizer] of Object.entries(optimizers)) {
    bits[`${which}/iterations`] = `${optimizer.iterations.item()}`;
    for (const name of NAMES) {
      for (const kind of optimizer.getSlotNames())
        bits[`${which}/${name}/${kind}`] = slotOf(optimizer, model[name], kind);
    }
    for (const { name, data } of optimizer.getWeights()) {
      if (name !== 'iterations' && !name.includes('/')) bits[`${which}/${name}`] = hex(data);
    }
  }
  return bits;
}

function slotOf(optimizer: Optimizer, target: Variable | Float32Array, kind: string): string {
  try {
    return hex(optimizer.getSlot(target, kind).data);
  } catch (error) {
    return String((error as { code?: unknown }).code); // it has none
  }
}

const hex = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
  Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength).toString('hex');

export function expectSameState(one: Case, actual: World, expected: World): void {
  expect(bitsOf(actual)).to.deep.equal(bitsOf(expected));
  expect(fingerprint(contentOf(one, actual))).to.equal(fingerprint(contentOf(one, expected)));
}
