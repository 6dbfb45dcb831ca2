/** Gradients of every kind: same arrays, fresh ones, views, variables, nested arrays, rows, and all that is none. */
import { Variable } from 'adamax';
import { type Floats, piece, write } from '../memory.js';
import type { GradientModel } from '../model/gradient.js';
import type { OptimizerModel } from '../model/optimizer.js';
import type { VariableModel } from '../model/variable.js';
import type { Draw } from '../random.js';
import type { World } from '../world.js';
import { drawRows } from './rows.js';

type Kind = {
  readonly weight: number;
  readonly make: (world: World, draw: Draw, variable: VariableModel) => GradientModel | null;
};

export function dense(text: string, memory: Floats): GradientModel {
  return { text, real: memory.real, kind: 'dense', memory, shape: null };
}

/** The array that a variable's gradient mostly comes in. */
export function usualGradient(world: World, draw: Draw, variable: VariableModel): Floats {
  const known = world.gradients.get(variable);
  if (known !== undefined && !known.block.gone) return known;
  const fresh = world.floats(draw, variable.size);
  if (!world.isUsed(fresh) && !world.variables.some(({ memory }) => memory.block === fresh.block)) refill(draw, fresh);
  world.gradients.set(variable, fresh);
  return fresh;
}

export function refill(draw: Draw, memory: Floats): void {
  const values = new Float32Array(memory.length);
  draw.fill(values);
  write(memory, values);
}

function fresh(world: World, draw: Draw, length: number): Floats {
  const memory = length > 2 ** 16 ? usualSized(world, draw, length) : world.floatsApart(draw, length);
  if (!world.isUsed(memory)) refill(draw, memory);
  return memory;
}

/** Large arrays are made once a world. */
function usualSized(world: World, draw: Draw, length: number): Floats {
  const known = [...world.gradients.values()].find((memory) => memory.length === length && !memory.block.gone);
  return known ?? world.floatsApart(draw, length);
}

function nest(values: Float32Array, shape: readonly number[], at = 0): unknown {
  if (shape.length === 0) return values[at];
  const [first, ...rest] = shape;
  const stride = rest.reduce((product, n) => product * n, 1);
  return Array.from({ length: first }, (_, i) => nest(values, rest, at + i * stride));
}

const GOOD: readonly Kind[] = [
  { weight: 30, make: (world, draw, variable) => dense('its usual array', usualGradient(world, draw, variable)) },
  { weight: 18, make: (world, draw, { size }) => dense('a fresh array', fresh(world, draw, size)) },
  {
    weight: 5,
    make(world, draw, { size, shape }) {
      const memory = fresh(world, draw, size);
      const isFrozen = draw.chance(0.5);
      const real = new Variable(memory.real, { shape, trainable: !isFrozen });
      return { text: 'a Variable', real, kind: 'dense', memory, shape };
    },
  },
  {
    weight: 8,
    make(_world, draw, { size, shape }) {
      if (size > 600) return null;
      const values = new Float32Array(size);
      draw.fill(values);
      const isFlat = draw.chance(0.3) && (shape.length > 0 || draw.chance(0.5));
      const real = isFlat ? Array.from(values) : nest(values, shape);
      return { text: isFlat ? 'a flat list' : 'a nested list', real, kind: 'copied', values };
    },
  },
  { weight: 22, make: drawRows },
  {
    // An array that is something else to somebody else.
    weight: 4,
    make(world, draw, { size }) {
      const others = world.variables.filter((other) => other.size === size);
      const other = draw.pick(others);
      return other.memory.block.gone ? null : dense(`the parameter of ${other.id}`, other.memory);
    },
  },
  { weight: 3, make: (world, draw, variable) => drawSlot(draw, draw.pick(world.optimizers), variable) },
];

function drawSlot(draw: Draw, optimizer: OptimizerModel, { size }: VariableModel): GradientModel | null {
  const slots = optimizer.weights.flatMap(({ slot }) => (slot !== null && slot.owner.size === size ? [slot] : []));
  if (slots.length === 0) return null;
  const { real, shadow, region, kind, owner } = draw.pick(slots);
  if (real === null || !(shadow instanceof Float32Array) || region.block.gone) return null;
  const memory = { ...region, length: size, real: real.data as Float32Array, shadow };
  return dense(`slot ${kind} of ${owner.id} by ${optimizer.id}`, memory);
}

const bad = (text: string, real: unknown, fault: 'ERR_ADAMAX_ARG_TYPE' | 'ERR_ADAMAX_SHAPE'): GradientModel => {
  return { text, real, kind: 'bad', fault };
};

const BAD: readonly Kind[] = [
  { weight: 2, make: (world, draw, { size }) => dense('an array that is too long', fresh(world, draw, size + 1)) },
  {
    weight: 1,
    make: (world, draw, { size }) =>
      size < 2 ? null : dense('an array that is too short', fresh(world, draw, size - 1)),
  },
  {
    weight: 1,
    make: (_world, _draw, { size }) => bad('a Float64Array', new Float64Array(size), 'ERR_ADAMAX_ARG_TYPE'),
  },
  {
    weight: 1,
    make: (_world, draw) => bad('no gradient', draw.pick(['1', {}, true, new Map()]), 'ERR_ADAMAX_ARG_TYPE'),
  },
  {
    weight: 1,
    make(_world, draw, { size, shape }) {
      if (size === 0 || size > 600) return null;
      const list: unknown[] = Array.from({ length: size }, () => 1);
      list[draw.below(size)] = draw.pick(['x', null, undefined]);
      return shape.length === 0 ? null : bad('a list with something else in it', list, 'ERR_ADAMAX_ARG_TYPE');
    },
  },
  {
    weight: 1,
    make(_world, _draw, { size, shape }) {
      return shape.length === 0 || size > 600
        ? null
        : bad('a list that is too long', new Array(size + 1).fill(1), 'ERR_ADAMAX_SHAPE');
    },
  },
  { weight: 1, make: () => bad('an int64 Variable', new Variable(new BigInt64Array(2)), 'ERR_ADAMAX_ARG_TYPE') },
  {
    weight: 1,
    make(world, draw, { size }) {
      const memory = world.floatsApart(draw, size);
      const shape = [size, 1, 1, 1];
      return {
        text: 'a Variable of another shape',
        real: new Variable(memory.real, { shape }),
        kind: 'dense',
        memory,
        shape,
      };
    },
  },
  {
    weight: 2,
    make: (world, draw, { size }) =>
      dense('an array on a resizable buffer', world.floatsApart(draw, size, 'resizable')),
  },
  {
    weight: 2,
    make(world, draw, { size }) {
      const memory = world.floatsApart(draw, size, 'plain');
      memory.block.detach();
      return dense('an array whose memory has gone', memory);
    },
  },
  {
    weight: 3,
    make(_world, draw, { memory, size }) {
      if (memory.block.gone || size === 0) return null;
      const most = memory.block.bytes / 4 - size;
      const at = Math.min(most, Math.max(0, memory.begin / 4 + draw.below(2 * size + 2) - size));
      return dense('an array that may lie on its parameter', piece(Float32Array, memory.block, 4 * at, size));
    },
  },
];

export function none(draw: Draw): GradientModel {
  const real = draw.chance(0.5) ? null : undefined;
  return { text: String(real), real, kind: 'none' };
}

/** A gradient of a variable, refused with about the given probability. */
export function drawGradient(world: World, draw: Draw, variable: VariableModel, badness: number): GradientModel {
  if (draw.chance(0.06)) return none(draw);
  const rows = world.isLarge && draw.chance(0.4) ? drawRows(world, draw, variable) : null;
  if (rows !== null) return rows;
  const kinds = draw.chance(badness) ? BAD : GOOD;
  const drawn = draw.weighted(kinds).make(world, draw, variable);
  return drawn ?? dense('its usual array', usualGradient(world, draw, variable));
}
