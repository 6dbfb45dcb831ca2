/** Variables and their memory: made, moved, frozen, overwritten and taken away. */
import { SGD, Variable } from 'adamax';
import type { Call, CallKind } from '../call.js';
import { demand, Faults } from '../faults.js';
import { type Floats, overlap, viewAgain } from '../memory.js';
import type { VariableModel } from '../model/variable.js';
import type { Draw } from '../random.js';
import type { World } from '../world.js';
import { refill } from './gradients.js';

const MOST_VARIABLES = 9;

function newVariable(world: World, draw: Draw): Call | null {
  if (world.variables.length > MOST_VARIABLES) return null;
  let variable: VariableModel | null = null;
  return {
    text: 'a new variable',
    faults: new Faults(),
    act() {
      variable = world.addVariable(draw);
    },
    apply: () => demand(variable?.real?.size === variable?.size || variable?.real === null, () => 'another size'),
  };
}

function badVariable(world: World, draw: Draw): Call {
  const { real } = world.floatsApart(draw, 6);
  const gone = world.floatsApart(draw, 3, 'plain');
  gone.block.detach();
  const resizable = world.floatsApart(draw, 3, 'resizable').real;
  const [text, data, options, fault] = draw.pick([
    ['a list', [1, 2], {}, 'ERR_ADAMAX_ARG_TYPE'],
    ['a Float64Array', new Float64Array(2), {}, 'ERR_ADAMAX_ARG_TYPE'],
    ['memory that has gone', gone.real, {}, 'ERR_ADAMAX_DETACHED'],
    ['a resizable buffer', resizable, {}, 'ERR_ADAMAX_RESIZABLE'],
    ['another shape', real, { shape: [4] }, 'ERR_ADAMAX_SHAPE'],
    ['a bad shape', real, { shape: [-1, -6] }, 'ERR_ADAMAX_SHAPE'],
    ['a bad name', real, { name: 1 }, 'ERR_ADAMAX_ARG_TYPE'],
    ['a bad constraint', real, { constraint: 1 }, 'ERR_ADAMAX_ARG_TYPE'],
    ['an unknown option', real, { nonsense: 1 }, 'ERR_ADAMAX_OPTION'],
    ['a misspelt option', real, { Shape: [6] }, 'ERR_ADAMAX_OPTION'],
  ] as const);
  return {
    text: `new Variable of ${text}`,
    faults: new Faults().add(fault),
    act: () => new Variable(data as never, options as never),
    apply: () => {},
  };
}

function placeToGo(world: World, draw: Draw, variable: VariableModel): [string, Floats] {
  const others = world.variables.filter(({ size, memory }) => size === variable.size && !memory.block.gone);
  const form = draw.below(20);
  if (form === 0 && others.length > 0) {
    const other = draw.pick(others);
    return [`the array of ${other.id}`, other.memory];
  }
  if (form === 1 && !variable.memory.block.gone) return ['another view of its memory', viewAgain(variable.memory)];
  if (form === 2) return ['too much memory', world.floatsApart(draw, variable.size + 1)];
  if (form === 3) return ['a resizable buffer', world.floatsApart(draw, variable.size, 'resizable')];
  if (form === 4) {
    const gone = world.floatsApart(draw, variable.size, 'plain');
    gone.block.detach();
    return ['memory that has gone', gone];
  }
  const memory = form < 8 ? world.floats(draw, variable.size) : world.floatsApart(draw, variable.size);
  const isFree = !world.variables.some((other) => other.memory.block === memory.block) && !world.isUsed(memory);
  if (isFree) refill(draw, memory);
  return ['other memory', memory];
}

function rebind(world: World, draw: Draw): Call | null {
  // The first is what steps off the event loop mostly work on.
  const variable = world.isLarge && draw.chance(0.5) ? world.variables[0] : draw.pick(world.variables);
  const { real } = variable;
  if (real === null || variable.size > 2 ** 17) return null;
  const [text, memory] = placeToGo(world, draw, variable);
  const faults = new Faults();
  if (memory.block.kind === 'resizable') faults.add('ERR_ADAMAX_RESIZABLE');
  if (memory.block.gone) faults.add('ERR_ADAMAX_DETACHED');
  if (memory.length !== variable.size && !memory.block.gone) faults.add('ERR_ADAMAX_LENGTH');
  // Of what has no elements nothing is in use, and what is only read may be left.
  if (world.isWritten(variable.memory)) faults.add('ERR_ADAMAX_BUSY');
  else if (world.isUsed(variable.memory)) faults.maybe('ERR_ADAMAX_BUSY');
  return {
    text: `${variable.id}.rebind(${text})`,
    faults,
    act: () => real.rebind(memory.real),
    apply() {
      variable.memory = memory;
      // Arrays of the old place do not stand for it any more.
      if (variable.bareAt !== null) world.habits.clear();
    },
  };
}

/** Takes the variable of a bare array, which an engine is told, so that it can be frozen and given other memory. */
function takeBare(world: World, draw: Draw): Call | null {
  const bare = world.variables.filter(({ real, memory }) => real === null && !memory.block.gone);
  if (bare.length === 0) return null;
  const variable = draw.pick(bare);
  const { memory, id } = variable;
  let real: Variable | null = null;
  const engine = {
    differentiate(loss: (leaf: never) => unknown, variables: () => readonly Variable[]) {
      loss((() => 0) as never);
      [real] = variables();
      return { gradients: [memory.real] };
    },
  };
  return {
    text: `the variable of ${id}`,
    faults: new Faults(),
    act: () => new SGD({ engine }).getGradients(() => 0, [memory.real]),
    apply() {
      variable.real = real as unknown as Variable;
      // It may have been made of another view.
      const { data } = variable.real;
      if (data !== memory.real) variable.memory = { ...memory, real: data };
    },
  };
}

function rebindSlot(world: World, draw: Draw): Call | null {
  const slots = draw.pick(world.optimizers).weights.flatMap(({ slot }) => (slot?.real != null ? [slot] : []));
  if (slots.length === 0) return null;
  const { real, owner, dtype } = draw.pick(slots);
  const data = dtype === 'float32' ? new Float32Array(owner.size) : new Uint16Array(owner.size);
  return {
    text: `a slot of ${owner.id}.rebind(…)`,
    faults: new Faults().add('ERR_ADAMAX_STATE'),
    act: () => (real as Variable).rebind(data as Float32Array),
    apply: () => {},
  };
}

function setTrainable(world: World, draw: Draw): Call | null {
  const variable = draw.pick(world.variables);
  const { real } = variable;
  if (real === null) return null;
  const isBad = draw.chance(0.1);
  const value = isBad ? draw.pick([0, null, 'x']) : draw.chance(0.7) ? !variable.trainable : variable.trainable;
  return {
    text: `${variable.id}.trainable = ${String(value)}`,
    faults: new Faults().add(isBad ? 'ERR_ADAMAX_ARG_TYPE' : null),
    act() {
      real.trainable = value as boolean;
    },
    apply() {
      variable.trainable = value as boolean;
    },
  };
}

function assign(world: World, draw: Draw): Call | null {
  const variable = draw.pick(world.variables);
  const { real, memory } = variable;
  if (real === null || memory.block.gone || variable.size > 2 ** 17) return null;
  const isBad = draw.chance(0.2);
  const values = new Float32Array(variable.size + (isBad ? 1 : 0));
  draw.fill(values);
  return {
    text: `${variable.id}.assign(…)`,
    faults: new Faults().add(isBad ? 'ERR_ADAMAX_LENGTH' : null).add(world.isUsed(memory) ? 'ERR_ADAMAX_BUSY' : null),
    act: () => real.assign(draw.chance(0.5) ? values : Array.from(values)),
    apply: () => memory.shadow.set(values),
  };
}

/** Writes into memory that somebody uses, as a program does between two steps. */
function overwrite(world: World, draw: Draw): Call | null {
  const variable = draw.pick(world.variables);
  const gradient = world.gradients.get(variable);
  const memory = gradient !== undefined && draw.chance(0.5) ? gradient : variable.memory;
  if (memory.block.gone || world.isUsed(memory) || memory.length > 2 ** 17) return null;
  // A counter may lie there, and would count from anywhere.
  if (world.optimizers.some(({ counter }) => overlap(counter, memory))) return null;
  return {
    text: `numbers into memory of ${variable.id}`,
    faults: new Faults(),
    act: () => refill(draw, memory),
    apply: () => {},
  };
}

/** Transfers a buffer away, as to a worker. */
function detach(world: World, draw: Draw): Call | null {
  const blocks = [...world.variables, ...world.gradients.values()].map((owner) =>
    'block' in owner ? owner.block : owner.memory.block,
  );
  const block = draw.pick(blocks);
  const isUsed = world.underWay.some(({ written, read }) =>
    [...written, ...read].some((region) => region.block === block),
  );
  if (block.gone || block.kind === 'shared' || isUsed || block.bytes > 2 ** 17) return null;
  // A world without memory is a dull one.
  if (world.variables.filter(({ memory }) => memory.block.gone).length > 2) return null;
  const names = world.variables.filter(({ memory }) => memory.block === block).map(({ id }) => id);
  return { text: `detach the memory of ${names}`, faults: new Faults(), act: () => block.detach(), apply: () => {} };
}

/** The same for what slots lie on; several may share it. */
function detachSlots(world: World, draw: Draw): Call | null {
  const optimizer = draw.pick(world.optimizers);
  const ofAll = world.optimizers.flatMap(({ ruleSlots, slots }) =>
    [...ruleSlots.values(), ...[...slots.values()].map((of) => [...of.values()])].flat(),
  );
  const seen = optimizer.weights.flatMap(({ slot }) => (slot?.real != null && slot.owner.size > 0 ? [slot] : []));
  const isHidden = [...optimizer.ruleSlots.values()].flat().some(({ real }) => real === null);
  if (seen.length === 0 || isHidden || world.underWay.length > 0 || !draw.chance(0.3)) return null;
  const { real, region, kind, owner } = draw.pick(seen);
  if (real === null || region.block.gone || real.size > 2 ** 15) return null;
  return {
    text: `detach slot ${kind} of ${owner.id} by ${optimizer.id}`,
    faults: new Faults(),
    act() {
      const buffer = real.data.buffer as ArrayBuffer;
      const shared = ofAll.filter((slot) => slot.real?.data.buffer === buffer);
      structuredClone(buffer, { transfer: [buffer] });
      for (const slot of shared) slot.region.block.gone = true;
    },
    apply: () => {},
  };
}

export const memory: readonly CallKind[] = [
  { name: 'new Variable', weight: 4, make: newVariable },
  { name: 'bad Variable', weight: 2, make: badVariable },
  { name: 'rebind', weight: 9, make: rebind },
  { name: 'variable of a bare array', weight: 2, make: takeBare },
  { name: 'slot.rebind', weight: 1, make: rebindSlot },
  { name: 'trainable =', weight: 8, make: setTrainable },
  { name: 'assign', weight: 3, make: assign },
  { name: 'overwrite', weight: 6, make: overwrite },
  { name: 'detach', weight: 1.5, make: detach },
  { name: 'detach slots', weight: 0.7, make: detachSlots },
];
