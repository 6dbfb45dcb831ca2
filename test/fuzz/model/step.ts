/** What a step must do: be refused, or step, by the oracle, what is trainable and has a gradient. */

import { ditherOf } from '../../support/bfloat16.js';
import { type FaultCode, Faults } from '../faults.js';
import { overlap, type Region } from '../memory.js';
import { type Stepped, stepDense, stepSparse } from '../oracle/step.js';
import { elementsOf, type GradientModel, gradientFaults, isFiniteGradient, readBy } from './gradient.js';
import type { OptimizerModel, SlotModel } from './optimizer.js';
import { hasGone, rowLengthOf, type Target, type VariableModel } from './variable.js';

export interface PairModel {
  readonly target: Target;
  readonly gradient: GradientModel;
}

/** Memory that a step off the event loop works on. */
export interface Flight {
  readonly optimizer: OptimizerModel;
  readonly variables: readonly VariableModel[];
  readonly written: readonly Region[];
  readonly read: readonly Region[];
}

export interface StepModel extends Flight {
  readonly faults: Faults;
  readonly elements: number;
  /** Applies what happens before anything is written. */
  begin(): void;
  /** Applies the step to the model, and returns the number of steps taken. */
  finish(): number;
}

type Taken = PairModel & { readonly variable: VariableModel };

export function modelStep(
  optimizer: OptimizerModel,
  pairs: readonly PairModel[],
  flights: readonly Flight[],
): StepModel {
  const faults = new Faults();
  if (optimizer.busy) faults.add('ERR_ADAMAX_BUSY');
  for (const { target } of pairs) faults.add(target.fault);
  const listed = pairs.flatMap((pair): Taken[] =>
    pair.target.variable === null ? [] : [{ ...pair, variable: pair.target.variable }],
  );
  if (listed.some(({ variable }) => hasUnseenMemory(variable))) faults.maybe('ERR_ADAMAX_DETACHED');
  const trainable = listed.filter(({ variable }) => variable.trainable);
  const taken = trainable.filter(({ gradient }) => gradient.kind !== 'none');
  const variables = taken.map(({ variable }) => variable);
  if (taken.length === 0) {
    if (trainable.length > 0) faults.add('ERR_ADAMAX_NO_GRADIENTS');
    if (!optimizer.isCountable) faults.add('ERR_ADAMAX_ARG_VALUE');
    const finish = () => optimizer.count;
    return { optimizer, variables: [], written: [], read: [], faults, elements: 0, begin: () => {}, finish };
  }
  if (optimizer.isCountable) faults.take(optimizer.settings.faultsAt(optimizer.count));
  else faults.add('ERR_ADAMAX_ARG_VALUE');
  if (optimizer.counter.block.gone) faults.add('ERR_ADAMAX_DETACHED');
  if (new Set(variables).size < variables.length) faults.add('ERR_ADAMAX_DUPLICATE');
  faults.take(optimizer.creationFaults([...new Set(variables)]));
  for (const variable of variables) {
    const slots = optimizer.ruleSlots.get(variable) ?? [];
    if (hasGone(variable) || (variable.size > 0 && slots.some(({ region }) => region.block.gone)))
      faults.add('ERR_ADAMAX_DETACHED');
    if (variable.size === 0 && variable.memory.block.gone) faults.maybe('ERR_ADAMAX_DETACHED');
    if (variable.size === 0 && slots.some(({ region }) => region.block.gone)) faults.maybe('ERR_ADAMAX_DETACHED');
  }
  const written = [...optimizer.written(), ...variables.map(({ memory }) => memory)];
  const stale = [...optimizer.states].filter(([variable, at]) => variable.memory !== at).map(([, at]) => at as Region);
  const present = [
    ...written.filter((region) => !stale.includes(region)),
    ...[...optimizer.states.keys()].map(({ memory }) => memory),
  ];
  for (const { gradient, variable } of taken) faults.take(gradientFaults(gradient, variable, present));
  const own = writtenFor(optimizer, variables);
  const read = taken.flatMap(({ gradient }) => readBy(gradient));
  faults.add(flightFault(own, read, flights));
  const { count, settings } = optimizer;
  // Gradients are looked at when nothing else is wrong, and constraints are asked when they have been stepped by.
  const isFine = settings.nonFinite === 'propagate' || taken.every(({ gradient }) => isFiniteGradient(gradient));
  if (isFine) for (const { constraint } of variables) faults.add(constraint?.fault ?? null);
  else if (settings.nonFinite === 'throw' && faults.must.size === 0) faults.add('ERR_ADAMAX_NON_FINITE');
  const scalars = faults.must.size === 0 ? settings.scalarsAt(count) : [];
  const { bounds, rule } = settings;
  return {
    optimizer,
    variables,
    written: own,
    read,
    faults,
    elements: taken.reduce((sum, { gradient }) => sum + elementsOf(gradient), 0),
    begin: () => optimizer.commitFollow(),
    finish() {
      if (!isFine) {
        optimizer.skipped++;
        return optimizer.count;
      }
      optimizer.create(variables);
      for (const { variable, gradient } of taken) {
        const slots = (optimizer.ruleSlots.get(variable) as SlotModel[]).map(({ shadow }) => shadow);
        const param = variable.memory.shadow;
        step({ update: rule.update, scalars, word: ditherOf(count + 1), bounds, param, slots }, variable, gradient);
      }
      for (const { memory, constraint } of variables) constraint?.project(memory.shadow);
      optimizer.counter.shadow[0]++;
      return optimizer.count;
    },
  };
}

/**
 * A bare array on memory that has gone is refused where it has not been listed before, and perhaps passed over else.
 */
function hasUnseenMemory({ real, memory }: VariableModel): boolean {
  return real === null && memory.block.gone;
}

function step(stepped: Stepped, variable: VariableModel, gradient: GradientModel): void {
  if (gradient.kind === 'dense') stepDense(stepped, gradient.memory.shadow);
  else if (gradient.kind === 'copied') stepDense(stepped, gradient.values);
  else if (gradient.kind === 'rows') {
    stepSparse(stepped, rowLengthOf(variable), gradient.values.shadow, gradient.rows());
  }
}

function writtenFor(optimizer: OptimizerModel, variables: readonly VariableModel[]): Region[] {
  return variables.flatMap((variable) => [
    variable.memory,
    ...(optimizer.ruleSlots.get(variable) ?? []).map(({ region }) => region),
  ]);
}

/** Why a step may not run beside those that are off the event loop. */
export function flightFault(
  written: readonly Region[],
  read: readonly Region[],
  flights: readonly Flight[],
): FaultCode | null {
  for (const flight of flights) {
    const meets = (a: readonly Region[], b: readonly Region[]) => a.some((x) => b.some((y) => overlap(x, y)));
    if (meets(written, [...flight.written, ...flight.read]) || meets(read, flight.written)) return 'ERR_ADAMAX_OVERLAP';
  }
  return null;
}
