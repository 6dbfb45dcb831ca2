/** What an optimizer keeps: slots made ahead, added, asked for and dropped, weights of its own, and its count. */
import { type AnyVariable, Variable } from 'adamax';
import type { Call, CallKind } from '../call.js';
import { demand, Faults } from '../faults.js';
import { overlap, type Piece, piece, write } from '../memory.js';
import { newSlotModel, type OptimizerModel } from '../model/optimizer.js';
import { hasGone, type Target, type VariableModel } from '../model/variable.js';
import { store } from '../oracle/storage.js';
import type { Draw } from '../random.js';
import type { World } from '../world.js';
import { drawTarget, drawTargets } from './targets.js';

const busy = (optimizer: OptimizerModel) => new Faults().add(optimizer.busy ? 'ERR_ADAMAX_BUSY' : null);

/** Of bare arrays on memory that has gone nobody knows any more what they stood for, unless they were listed before. */
const isLost = ({ variable }: Target) => variable !== null && variable.real === null && variable.memory.block.gone;

function build(world: World, draw: Draw): Call {
  const optimizer = draw.pick(world.optimizers);
  const targets = drawTargets(world, draw, 0.03);
  const faults = busy(optimizer);
  for (const target of targets) {
    faults.add(target.fault);
    if (isLost(target)) faults.maybe('ERR_ADAMAX_DETACHED');
  }
  const variables = targets.flatMap(({ variable }) => (variable === null ? [] : [variable]));
  const trained = variables.filter(({ trainable }) => trainable);
  const frozen = variables.filter(({ trainable }) => !trainable);
  faults.take(buildFaults(optimizer, variables));
  const reals = targets.map(({ real }) => real);
  const list = draw.chance(0.2) ? new Set(reals) : draw.chance(0.2) ? [[reals]] : reals;
  return {
    text: `${optimizer.id}.build([${targets.map(({ text }) => text)}])`,
    faults,
    act: () => optimizer.real.build(list as never),
    apply() {
      optimizer.commitFollow();
      const known = [...optimizer.order];
      for (const variable of frozen) optimizer.declare(variable);
      optimizer.create(trained);
      // They become known in the order of the list, whether or not they get slots.
      optimizer.order = [...new Set([...known, ...variables])];
    },
  };
}

function buildFaults(optimizer: OptimizerModel, variables: readonly VariableModel[]): Faults {
  const faults = optimizer.creationFaults(variables.filter(({ trainable }) => trainable));
  const holders = new Map(optimizer.holders);
  for (const variable of variables) {
    faults.take(optimizer.nameFaults(variable, holders));
    if (variable.name !== null) holders.set(variable.name, variable);
  }
  return faults;
}

function release(world: World, draw: Draw): Call | null {
  const optimizer = draw.pick(world.optimizers);
  const targets = drawTargets(world, draw, 0.03).slice(0, 1 + draw.below(2));
  if (targets.some(isLost)) return null;
  const faults = busy(optimizer);
  // A bare array that was never stepped stands for no variable, whatever its memory is.
  for (const { fault } of targets) faults.add(fault === 'ERR_ADAMAX_RESIZABLE' ? null : fault);
  return {
    text: `${optimizer.id}.release([${targets.map(({ text }) => text)}])`,
    faults,
    act: () => optimizer.real.release(targets.map(({ real }) => real) as never),
    apply() {
      for (const { variable } of targets) if (variable !== null) optimizer.release(variable);
    },
  };
}

const INITIALIZERS: readonly (readonly [text: string, value: unknown, worth: number])[] = [
  ['zeros', 'zeros', 0],
  ['ones', 'ones', 1],
  ['0.3', 0.3, 0.3],
  ['a constant', { class_name: 'Constant', config: { value: 0.7 } }, 0.7],
];

function addSlot(world: World, draw: Draw): Call {
  const optimizer = draw.pick(world.optimizers);
  const target = drawTarget(world, draw, 0.03);
  const { rule, slotDtype } = optimizer.settings;
  const [kind, kindFault] = draw.weighted([
    { weight: 5, is: [rule.slots[draw.below(rule.slots.length)] ?? 'extra', null] as const },
    { weight: 3, is: [draw.pick(['extra', 'mine']), null] as const },
    { weight: 0.4, is: ['a/b', 'ERR_ADAMAX_ARG_VALUE'] as const },
    { weight: 0.4, is: [3 as never, 'ERR_ADAMAX_ARG_TYPE'] as const },
  ]).is;
  const faults = busy(optimizer).add(target.fault);
  if (isLost(target)) faults.maybe('ERR_ADAMAX_DETACHED');
  const { variable } = target;
  const [text, value, worth] = draw.pick(INITIALIZERS);
  const isBad = draw.chance(0.06);
  const initializer = isBad ? draw.pick(['nonsense', null, true, [1, 2, 3, 4, 5, 6, 7, 8, 9]]) : value;
  if (kindFault === 'ERR_ADAMAX_ARG_TYPE') faults.add(kindFault);
  const exists = variable !== null && optimizer.slots.get(kind)?.has(variable);
  if (!exists && variable !== null) {
    faults.add(kindFault).take(optimizer.nameFaults(variable));
    if (isBad) faults.add('ERR_ADAMAX_ARG_TYPE').add('ERR_ADAMAX_ARG_VALUE').add('ERR_ADAMAX_LENGTH');
    // Its memory is not asked for by the slot: it may have gone.
    if (hasGone(variable)) faults.maybe('ERR_ADAMAX_DETACHED');
    if (optimizer.ruleSlots.get(variable)?.some(({ region }) => region.block.gone)) return getSlot(world, draw);
  }
  return {
    text: `${optimizer.id}.addSlot(${target.text}, ${String(kind)}, ${isBad ? 'a bad initializer' : text})`,
    faults,
    act: () => optimizer.real.addSlot(target.real as never, kind, initializer),
    apply(result) {
      const owner = variable as VariableModel;
      if (!exists) {
        const k = rule.slots.indexOf(kind);
        const slot = k < 0 ? newSlotModel(kind, owner, 'float32', 0) : optimizer.allocate(owner)[k];
        for (let i = 0; i < owner.size; i++) store(slot.shadow, i, Math.fround(worth));
        if (owner.name !== null) optimizer.holders.set(owner.name, owner);
        optimizer.list(slot);
      }
      const slot = optimizer.slots.get(kind)?.get(owner);
      const { dtype } = result as AnyVariable;
      const wanted = rule.slots.includes(kind) ? slotDtype : 'float32';
      demand(dtype === wanted, () => `dtype: have ${dtype}, want ${wanted}`);
      if (slot) slot.real ??= result as AnyVariable;
      demand(slot?.real === result, () => 'another slot than before');
    },
  };
}

function getSlot(world: World, draw: Draw): Call {
  const optimizer = draw.pick(world.optimizers);
  const target = drawTarget(world, draw, 0.05);
  const kind = draw.pick([...optimizer.settings.rule.slots, 'extra', 'mine', 'nothing']);
  const slot = target.variable === null ? undefined : optimizer.slots.get(kind)?.get(target.variable);
  const faults = new Faults().add(target.fault);
  if (target.variable !== null && slot === undefined) faults.add('ERR_ADAMAX_SLOT');
  if (isLost(target)) faults.maybe('ERR_ADAMAX_DETACHED');
  return {
    text: `${optimizer.id}.getSlot(${target.text}, ${kind})`,
    faults,
    act: () => optimizer.real.getSlot(target.real as never, kind),
    apply: (result) => demand(slot !== undefined && (slot.real === null || slot.real === result), () => 'another slot'),
  };
}

/** Overwrites a slot, as a user may. */
function assignSlot(world: World, draw: Draw): Call | null {
  const optimizer = draw.pick(world.optimizers);
  const slots = optimizer.weights.flatMap(({ slot }) => (slot?.real != null && !slot.region.block.gone ? [slot] : []));
  if (slots.length === 0) return null;
  const slot = draw.pick(slots);
  const isBad = draw.chance(0.2);
  const values = new Float32Array(slot.owner.size + (isBad ? 1 : 0));
  draw.fill(values);
  if (draw.chance(0.8)) for (let i = 0; i < values.length; i++) values[i] = Math.abs(values[i]);
  return {
    text: `slot ${slot.kind} of ${slot.owner.id} by ${optimizer.id}.assign(…)`,
    faults: new Faults()
      .add(isBad ? 'ERR_ADAMAX_LENGTH' : null)
      .add(world.isUsed(slot.region) ? 'ERR_ADAMAX_BUSY' : null),
    act: () => (slot.real as Variable).assign(values),
    apply() {
      for (let i = 0; i < values.length; i++) store(slot.shadow, i, values[i]);
    },
  };
}

function addWeight(world: World, draw: Draw): Call | null {
  const optimizer = draw.pick(world.optimizers);
  const saved = draw.chance(0.7);
  const [name, nameFault] = draw.chance(0.1)
    ? (['x/y', 'ERR_ADAMAX_ARG_VALUE'] as const)
    : [draw.pick(['own', 'ema', 'iterations', 'k']), null];
  const [shape, shapeFault] = draw.chance(0.05)
    ? ([[-1], 'ERR_ADAMAX_SHAPE'] as const)
    : [draw.pick([[], [3], [2, 2]]), null];
  const dtype = draw.pick(['float32', 'int64'] as const);
  const isTaken = optimizer.weights.some(({ owner, kind }) => owner === null && kind === name);
  const faults = new Faults().add(shapeFault);
  if (saved)
    faults
      .take(busy(optimizer))
      .add(nameFault)
      .add(isTaken ? 'ERR_ADAMAX_DUPLICATE' : null);
  const size = shape.reduce((product: number, n: number) => product * n, 1);
  return {
    text: `${optimizer.id}.addWeight(${name}, [${shape}], ${dtype}${saved ? ', saved' : ''})`,
    faults,
    act: () => optimizer.real.addWeight(name, shape, { dtype, saved, initializer: 'ones' }),
    apply(result) {
      if (!saved) return;
      const shadow = dtype === 'float32' ? new Float32Array(size).fill(1) : new BigInt64Array(size).fill(1n);
      const real = result as AnyVariable;
      optimizer.weights.push({ owner: null, kind: name, dtype, shape, shadow, slot: null, real });
    },
  };
}

/** Counts that Adamax can go on from, and some that it cannot. */
const COUNTS = [0n, 1n, 7n, 1000n, 2n ** 31n - 1n, 2n ** 32n + 5n, 2n ** 40n, 2n ** 53n - 2n];
const NO_COUNTS = [-1n, 2n ** 53n - 1n, 2n ** 63n, -(2n ** 64n) + 3n];

function assignCount(world: World, draw: Draw): Call | null {
  const optimizer = draw.pick(world.optimizers);
  if (optimizer.counter.block.gone) return null;
  if (draw.chance(0.15)) {
    const count = draw.pick(NO_COUNTS);
    const act = () => optimizer.real.iterations.assign(count);
    return {
      text: `${optimizer.id}.iterations.assign(${count})`,
      faults: busy(optimizer).add('ERR_ADAMAX_ARG_VALUE'),
      act,
      apply: () => {},
    };
  }
  const isBad = draw.chance(0.15);
  const count = isBad ? draw.pick([0.5, [1n, 2n], 'x']) : draw.pick(COUNTS);
  return {
    text: `${optimizer.id}.iterations.assign(${String(count)})`,
    faults: isBad ? busy(optimizer).add('ERR_ADAMAX_ARG_TYPE').add('ERR_ADAMAX_LENGTH') : busy(optimizer),
    act: () => optimizer.real.iterations.assign(count as bigint),
    apply() {
      optimizer.counter.shadow[0] = count as bigint;
    },
  };
}

function setCounter(world: World, draw: Draw): Call | null {
  const optimizer = draw.pick(world.optimizers);
  const bad = draw.chance(0.3)
    ? draw.pick([1, null, new Variable(new Float32Array(1)), new Variable(new BigInt64Array(2))])
    : undefined;
  const onParameter = draw.chance(0.3) ? counterOnParameter(optimizer, draw) : null;
  const [real, memory] = onParameter ?? drawCounter(world, draw);
  const faults = busy(optimizer);
  if (bad !== undefined) faults.add('ERR_ADAMAX_ARG_TYPE');
  if (optimizer.slots.size > 0) faults.add('ERR_ADAMAX_STATE');
  const written = optimizer.written().filter((region) => region !== optimizer.counter);
  const moved = [...optimizer.states].some(([variable, at]) => variable.memory !== at);
  if (written.some((region) => overlap(region, memory))) faults.add('ERR_ADAMAX_OVERLAP');
  // The optimizer lets go of memory that a variable has left at its next step, or in one that failed.
  if (moved && onParameter !== null) return addWeight(world, draw);
  return {
    text: `${optimizer.id}.iterations = ${bad === undefined ? 'a Variable' : 'something else'}`,
    faults,
    act() {
      optimizer.real.iterations = (bad === undefined ? real : bad) as never;
    },
    apply: () => optimizer.setCounter(real as never, memory),
  };
}

function drawCounter(world: World, draw: Draw): [Variable<BigInt64Array>, Piece<BigInt64Array>] {
  const memory = piece(BigInt64Array, world.block(8), 0, 1);
  write(memory, BigInt64Array.of(draw.pick([...COUNTS, ...NO_COUNTS])));
  return [new Variable(memory.real, { shape: [], trainable: false }), memory];
}

/** A counter on the memory of a parameter that steps write. */
function counterOnParameter(
  optimizer: OptimizerModel,
  draw: Draw,
): [Variable<BigInt64Array>, Piece<BigInt64Array>] | null {
  const places = [...optimizer.states.values()].filter(
    ({ block, begin, length }) => !block.gone && begin % 8 === 0 && length > 1,
  );
  if (places.length === 0) return null;
  const { block, begin } = draw.pick(places);
  const memory = piece(BigInt64Array, block, begin, 1);
  return [new Variable(memory.real, { shape: [] }), memory];
}

export const state: readonly CallKind[] = [
  { name: 'build', weight: 14, make: build },
  { name: 'release', weight: 6, make: release },
  { name: 'addSlot', weight: 8, make: addSlot },
  { name: 'getSlot', weight: 5, make: getSlot },
  { name: 'slot.assign', weight: 4, make: assignSlot },
  { name: 'addWeight', weight: 4, make: addWeight },
  { name: 'iterations.assign', weight: 4, make: assignCount },
  { name: 'iterations =', weight: 2, make: setCounter },
];
