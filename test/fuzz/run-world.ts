/** Runs a world: makes its calls one after another, and holds each to what the model says of it. */
import { type Isa, setIsa } from 'adamax/kernels';
import type { Call, CallKind } from './call.js';
import { callKinds } from './calls/index.js';
import { compareWorld } from './compare.js';
import { type Faults, Mismatch, Planned } from './faults.js';
import type { StepModel } from './model/step.js';
import type { Origin } from './origin.js';
import { Draw } from './random.js';
import { World } from './world.js';

export interface Finding {
  readonly origin: Origin;
  /** Calls of the world that were made, by number. */
  readonly made: readonly number[];
  readonly kind: string;
  readonly message: string;
  /** The calls and what became of them. */
  readonly trace: readonly string[];
}

/** What a run is counted by. */
export interface Tally {
  count(isa: Isa, kind: string, outcome: string): void;
}

export const CALLS = 60;

/** How many calls a world makes. */
export function lengthOf({ seed }: Origin): number {
  return 20 + new Draw(seed, 1).below(CALLS - 19);
}

interface Outcome {
  readonly value?: unknown;
  readonly error?: unknown;
}

/** @param numbers - the calls to make; each draws from a stream of its own */
export async function runWorld(
  origin: Origin,
  numbers: readonly number[],
  tally: Tally,
  log: (line: string) => void = () => {},
): Promise<Finding | null> {
  const { seed, isa, isFixed } = origin;
  const world = new World(seed, new Draw(seed), isa, isFixed);
  const trace: string[] = [];
  const note = (line: string) => {
    trace.push(line);
    log(line);
  };
  note(`world ${seed} on ${isa}: ${describe(world)}`);
  let [kind, made] = ['world', 0];
  try {
    for (const number of numbers) {
      made++;
      const draw = new Draw(seed, number + 2);
      if (world.underWay.length > 0 && draw.chance(0.2)) await landAll(world);
      const call = drawCall(world, draw);
      if (call === null) continue;
      kind = call.kind.name;
      note(`${number}: ${call.text}   (want ${call.faults})`);
      const outcome = await make(world, call);
      tally.count(world.isa, kind, outcome);
      compareWorld(world, outcome !== 'ok' || number % 3 === 0);
      if (world.blocks.length > 40) world.prune();
    }
    kind = 'a step off the event loop';
    await landAll(world);
    return null;
  } catch (error) {
    if (world.underWay.length > 0) await Promise.allSettled(world.underWay.map(({ promise }) => promise));
    const message = error instanceof Mismatch ? error.message : `the fuzzer failed: ${(error as Error).stack}`;
    return { origin, made: numbers.slice(0, made), kind, message, trace };
  } finally {
    setIsa(isa);
  }
}

/** A reader's picture of a world. */
function describe({ variables, optimizers }: World): string {
  const list = variables.map(({ id, real, shape, name, constraint, trainable }) => {
    const kind = real === null ? 'bare' : `'${name ?? ''}'`;
    return `${id} ${kind} [${shape}]${constraint ? `, ${constraint.text}` : ''}${trainable ? '' : ', frozen'}`;
  });
  const rules = optimizers.map(({ id, settings }) => {
    const { rule, slotDtype, clipnorm, clipvalue, nonFinite } = settings;
    return `${id} ${rule.name}, ${slotDtype}, clipnorm ${clipnorm}, clipvalue ${clipvalue}, ${nonFinite}`;
  });
  return [...list, ...rules].join('; ');
}

function drawCall(world: World, draw: Draw): (Call & { readonly kind: CallKind }) | null {
  for (let attempt = 0; attempt < 5; attempt++) {
    const kind = draw.weighted(callKinds);
    const call = kind.make(world, draw);
    if (call !== null) return { ...call, kind };
  }
  return null;
}

/** Makes a call, and waits for it unless it is off the event loop. The outcome is `ok`, or the code of an error. */
async function make(world: World, call: Call): Promise<string> {
  const isLarge = call.step !== undefined && call.mayLeave === true && world.leaves(call.step);
  const isSure = call.faults.must.size === 0 && call.faults.may.size === 0;
  // While that is waited for, the steps that are under way may be done.
  if (isLarge && !isSure && world.underWay.length > 0) return 'left out';
  const leaves = isLarge && isSure;
  const outcome = await attempt(() => {
    const result = call.act();
    if (!leaves) return result;
    takeOff(world, call, call.step as StepModel, result as Promise<unknown>);
    return undefined;
  });
  return leaves ? 'under way' : settle(call, outcome);
}

async function attempt(action: () => unknown): Promise<Outcome> {
  try {
    return { value: await action() };
  } catch (error) {
    return { error };
  }
}

function settle(call: Call, outcome: Outcome): string {
  if ('error' in outcome) return checkError(outcome.error, call.faults);
  if (call.faults.must.size > 0) throw new Mismatch(`it succeeded: want ${call.faults}`);
  if (call.step !== undefined) call.step.begin();
  call.apply(outcome.value);
  return 'ok';
}

/** The code of an error that the model allows. */
function checkError(error: unknown, faults: Faults): string {
  const { code } = error as { code?: unknown };
  if (typeof code !== 'string' || !faults.allows(code)) {
    // A stack is put together only when it is asked for, which takes long.
    throw new Mismatch(`error ${code}: want ${faults}\n    ${(error as Error).stack ?? error}`);
  }
  const isOfCode =
    code === 'PLANNED' ? error instanceof Planned : CLASSES[code] === undefined || error instanceof CLASSES[code];
  if (!isOfCode) throw new Mismatch(`${code} is a ${(error as Error).name}`);
  return code;
}

/** Codes that lib/arguments/errors.ts gives to `TypeError`s; all others are of `RangeError`s. */
const TYPE_ERRORS = ['ARG_TYPE', 'OPTION', 'DETACHED', 'RESIZABLE', 'CONSTRAINT', 'STATE', 'BUSY', 'ENGINE'];
const RANGE_ERRORS = [
  'ARG_VALUE',
  'LENGTH',
  'SHAPE',
  'INDEX',
  'OVERLAP',
  'DUPLICATE',
  'NO_GRADIENTS',
  'NON_FINITE',
  'CONFIG',
  'WEIGHTS',
  'SLOT',
  'ISA',
  'MEMORY',
];
const CLASSES: Readonly<Record<string, typeof TypeError | typeof RangeError>> = Object.fromEntries([
  ...TYPE_ERRORS.map((code) => [`ERR_ADAMAX_${code}`, TypeError]),
  ...RANGE_ERRORS.map((code) => [`ERR_ADAMAX_${code}`, RangeError]),
]);

function takeOff(world: World, call: Call, step: StepModel, promise: Promise<unknown>): void {
  promise.catch(() => {});
  const { optimizer, variables, written, read } = step;
  step.begin();
  optimizer.busy = true;
  world.underWay.push({
    optimizer,
    variables,
    written,
    read,
    promise,
    land(outcome) {
      optimizer.busy = false;
      if ('error' in outcome) throw new Mismatch(`a step off the event loop: ${(outcome.error as Error).stack}`);
      call.apply(outcome.value);
    },
  });
}

/** Waits for all steps off the event loop: while one is waited for, others may be done, too. */
async function landAll(world: World): Promise<void> {
  const landing = world.underWay.splice(0);
  if (landing.length === 0) return;
  const outcomes = await Promise.allSettled(landing.map(({ promise }) => promise));
  landing.forEach(({ land }, i) => {
    const outcome = outcomes[i];
    land(outcome.status === 'fulfilled' ? { value: outcome.value } : { error: outcome.reason });
  });
  compareWorld(world, true);
}
