/** Hyperparameters, clipping and configs. */
import type { Config, Optimizer } from 'adamax';
import type { Call, CallKind } from '../call.js';
import { demand, type FaultCode, Faults } from '../faults.js';
import { drawGiven, type Given, type HyperName, isInRange, RANGES } from '../model/hyper.js';
import { drawRate, Halving } from '../model/rate.js';
import { CLIPS, type NonFinite, POLICIES } from '../model/settings.js';
import { modelSetWeights, type Report } from '../model/weights.js';
import type { Draw } from '../random.js';
import type { World } from '../world.js';
import { savedState } from './weights.js';

const BADNESS = 0.25;

/** What is in force once something has been set: a number goes into the variable that was there. */
function afterSetting(before: Given, set: Given): Given {
  if (before.variable === null || typeof set.value !== 'number') return set;
  return before;
}

function setHyper(world: World, draw: Draw): Call {
  const { settings, real, id } = draw.pick(world.optimizers);
  const name = draw.pick([...settings.hypers.keys()]);
  const before = settings.hypers.get(name) as Given;
  const set = drawGiven(draw, name, BADNESS);
  return {
    text: `${id}.${name} = ${set.text}`,
    faults: new Faults().add(set.fault ?? roundingFault(name, before, set)),
    act: () => assign(real, name, set.value),
    apply() {
      settings.hypers.set(name, afterSetting(before, set));
      demandNumberInVariable(before, set);
    },
  };
}

/** A number that goes into a variable is to be in range as float32, too. */
function roundingFault(name: HyperName, before: Given, { value }: Given): FaultCode | null {
  const stays = before.variable === null || typeof value !== 'number' || isInRange(name, Math.fround(value));
  return stays ? null : 'ERR_ADAMAX_ARG_VALUE';
}

function assign(real: Optimizer, name: string, value: unknown): void {
  (real as never as Record<string, unknown>)[name] = value;
}

function demandNumberInVariable(before: Given, { value }: Given): void {
  if (before.variable === null || typeof value !== 'number') return;
  const [have] = before.variable.data;
  demand(have === Math.fround(value), () => `the variable: have ${have}, want ${value}`);
}

function setRate(world: World, draw: Draw): Call {
  const { settings, real, id } = draw.pick(world.optimizers);
  const set = drawRate(draw, BADNESS);
  const before = settings.rate;
  const name = draw.chance(0.3) ? 'lr' : 'learningRate';
  return {
    text: `${id}.${name} = ${set.text}`,
    faults: new Faults().add(set.fault),
    act: () => assign(real, name, set.value),
    apply() {
      const kept = before.schedule === null && before.variable !== null && typeof set.value === 'number';
      settings.rate = kept ? before : set;
      if (kept) demandNumberInVariable(before, set);
      demand(real.learningRate === settings.rate.value, () => 'learningRate is not what was set');
    },
  };
}

function setClip(world: World, draw: Draw): Call {
  const { settings, real, id } = draw.pick(world.optimizers);
  const name = draw.pick(['clipnorm', 'clipvalue'] as const);
  const [value, fault] = draw.weighted([
    { weight: 5, is: [draw.pick(CLIPS), null] as const },
    { weight: 3, is: [draw.pick([undefined, null]), null] as const },
    { weight: 1, is: [draw.pick([-1, Number.NaN, Number.POSITIVE_INFINITY]), 'ERR_ADAMAX_ARG_VALUE'] as const },
    { weight: 1, is: [draw.pick(['1', true, {}]) as never, 'ERR_ADAMAX_ARG_TYPE'] as const },
  ]).is;
  return {
    text: `${id}.${name} = ${String(value)}`,
    faults: new Faults().add(fault),
    act: () => assign(real, name, value),
    apply() {
      settings[name] = value ?? undefined;
      demand(real[name] === settings[name], () => `${name} is not what was set`);
    },
  };
}

function setNonFinite(world: World, draw: Draw): Call {
  const { settings, real, id } = draw.pick(world.optimizers);
  const [value, fault] = draw.weighted([
    { weight: 8, is: [draw.pick(POLICIES), null] as const },
    { weight: 1, is: [draw.pick(['Skip', '', 'ignore']), 'ERR_ADAMAX_ARG_VALUE'] as const },
    { weight: 1, is: [draw.pick([undefined, null, true]), 'ERR_ADAMAX_ARG_TYPE'] as const },
  ]).is;
  return {
    text: `${id}.nonFinite = ${String(value)}`,
    faults: new Faults().add(fault),
    act: () => assign(real, 'nonFinite', value),
    apply() {
      settings.nonFinite = value as NonFinite;
    },
  };
}

const MISSPELT = ['learning_rate', 'LearningRate', 'clipNorm', 'clip_value', 'nonfinite', 'slot_dtype', 'Decay'];
/** What only the package sets. */
const READ_ONLY = ['currentLearningRate', 'skippedSteps', 'lastLoss', 'lastStep', 'weights', 'slotDtype', 'name'];

/** Properties that an optimizer does not have, or not to be set. */
function badProperty(world: World, draw: Draw): Call {
  const { settings, real, id } = draw.pick(world.optimizers);
  // Classes of others may get new properties, but none that is nearly one of ours.
  const isOwn = settings.rule.make.name === 'Own';
  const name = draw.pick([...MISSPELT, ...READ_ONLY, ...(isOwn ? [] : ['nonsense', 'parameters'])]);
  const isRead = MISSPELT.includes(name) && draw.chance(0.3);
  return {
    text: isRead ? `${id}.${name}` : `${id}.${name} = 1`,
    faults: new Faults().add('ERR_ADAMAX_OPTION'),
    act: () => (isRead ? (real as never as Record<string, unknown>)[name] : assign(real, name, 1)),
    apply: () => {},
  };
}

function badOption(world: World, draw: Draw): Call {
  const { settings } = draw.pick(world.optimizers);
  const { make } = settings.rule;
  const own = make.name === 'Own';
  const [text, options, fault] = draw
    .pick([
      ['no object', 1, 'ERR_ADAMAX_ARG_TYPE'],
      ['an unknown option', { nonsense: 1 }, 'ERR_ADAMAX_OPTION'],
      ['a bad slotDtype', { slotDtype: 'float16' }, 'ERR_ADAMAX_ARG_VALUE'],
      ['a bad name', { name: 1 }, 'ERR_ADAMAX_ARG_TYPE'],
      ['a bad nonFinite', { nonFinite: 'Skip' }, 'ERR_ADAMAX_ARG_VALUE'],
      ['null for nonFinite', { nonFinite: null }, 'ERR_ADAMAX_ARG_TYPE'],
      ['a misspelt option', { [draw.pick(MISSPELT)]: 1 }, 'ERR_ADAMAX_OPTION'],
      ['a bad clipnorm', { clipnorm: -1 }, 'ERR_ADAMAX_ARG_VALUE'],
      ['a bad learningRate', { learningRate: RANGES.learningRate.bad[0] }, 'ERR_ADAMAX_ARG_VALUE'],
      ['a bad lr', { lr: -1 }, 'ERR_ADAMAX_ARG_VALUE'],
      ['a bad engine', { engine: {} }, 'ERR_ADAMAX_ARG_TYPE'],
    ] as const)
    .slice() as [string, object, 'ERR_ADAMAX_ARG_TYPE'];
  const known = own && (text === 'no object' || text === 'an unknown option' || text === 'a misspelt option');
  return {
    text: `new ${make.name} with ${text}`,
    faults: new Faults().add(known ? null : fault),
    act: () => new make(options as never),
    apply: () => {},
  };
}

const CUSTOM = { Halving: Halving as never };

function roundTrip(world: World, draw: Draw): Call | null {
  const { settings, real, id, counter, count } = draw.pick(world.optimizers);
  if (counter.block.gone || !settings.survivesConfig(count)) return null;
  const faults = settings.configFaults;
  return {
    text: `${id}: fromConfig(JSON of getConfig())`,
    faults,
    act() {
      const config = JSON.parse(JSON.stringify(real.getConfig())) as Config;
      const made = (settings.rule.make as never as typeof import('adamax').Adamax).fromConfig(config, CUSTOM);
      return [JSON.stringify(config), JSON.stringify(made.getConfig()), made.slotDtype, made.nonFinite];
    },
    apply(result) {
      const [config, again, slotDtype, nonFinite] = result as string[];
      const isAlike = slotDtype === settings.slotDtype && nonFinite === settings.nonFinite;
      demand(config === again && isAlike, () => `config: have ${again}, want ${config}`);
    },
  };
}

function badConfig(world: World, draw: Draw): Call {
  const { settings } = draw.pick(world.optimizers);
  const { make } = settings.rule;
  const [text, config, fault] = draw.pick([
    ['an unknown key', { nonsense: 1 }, 'ERR_ADAMAX_OPTION'],
    ['a number', 1, 'ERR_ADAMAX_ARG_TYPE'],
    ['null', null, 'ERR_ADAMAX_ARG_TYPE'],
    ['a schedule nobody knows', { learning_rate: { class_name: 'Nobody', config: {} } }, 'ERR_ADAMAX_CONFIG'],
    ['an option that has an effect', { use_ema: true }, 'ERR_ADAMAX_OPTION'],
  ] as const);
  return {
    text: `${make.name}.fromConfig(${text})`,
    faults: new Faults().add(fault),
    act: () => (make as never as typeof import('adamax').Adamax).fromConfig(config as never),
    apply: () => {},
  };
}

/** A new optimizer goes on where another one was: config through JSON, slots built, state by name through JSON. */
function resume(world: World, draw: Draw): Call | null {
  const old = draw.pick(world.optimizers);
  const known = [...old.names().keys()];
  const { settings } = old;
  if (old.busy || !settings.survivesConfig(old.count) || settings.configFaults.must.size > 0) return null;
  if (known.length === 0) return null;
  const isWhole = known.every(({ memory, size }) => !memory.block.gone && size < 5000);
  if (!isWhole || old.counter.block.gone || old.weights.some(({ slot }) => slot?.region.block.gone)) return null;
  const items = savedState(old);
  if (!(Number(items[0].values[0]) >= 0)) return null;
  const next = settings.asNumbers(old.count);
  const trained = known.filter(({ trainable }) => trainable);
  const build = known.map(({ real, memory }) => real ?? memory.real);
  // The new one may refuse what the old one never had to step: two on one memory, or of one name.
  const probe = world.adopt(next, settings.name);
  world.optimizers.pop();
  const faults = probe.creationFaults(known);
  for (const variable of known) faults.take(probe.nameFaults(variable));
  if (faults.must.size > 0) return null;
  let report: Report;
  return {
    text: `${old.id} goes on as another optimizer`,
    faults,
    act() {
      const config = JSON.parse(JSON.stringify(old.real.getConfig())) as Config;
      const made = (settings.rule.make as never as typeof import('adamax').Adamax).fromConfig(config, CUSTOM);
      made.build(build);
      report = made.setWeights(JSON.parse(JSON.stringify(old.real.getWeights())), { partial: true });
      return made;
    },
    apply(made) {
      const model = world.adoptReal(made as Optimizer, next);
      world.optimizers.pop();
      for (const variable of known) if (!variable.trainable) model.declare(variable);
      model.create(trained);
      model.order = known;
      modelSetWeights(model, items, true).apply(report);
      world.optimizers[world.optimizers.indexOf(old)] = model;
      world.habits.delete(old);
    },
  };
}

export const settings: readonly CallKind[] = [
  { name: 'hyperparameter =', weight: 9, make: setHyper },
  { name: 'learningRate =', weight: 8, make: setRate },
  { name: 'clipnorm, clipvalue =', weight: 6, make: setClip },
  { name: 'nonFinite =', weight: 6, make: setNonFinite },
  { name: 'bad property', weight: 2, make: badProperty },
  { name: 'bad options', weight: 2, make: badOption },
  { name: 'config round trip', weight: 3, make: roundTrip },
  { name: 'bad config', weight: 1, make: badConfig },
  { name: 'resume', weight: 3, make: resume },
];
