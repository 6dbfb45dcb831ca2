import { backend } from '../../backend/choose-backend.js';
import { lengthOf } from '../../memory/typed-arrays.js';
import type { Label } from '../../state/labels.js';
import type { StepPairs } from '../../step/step-pairs.js';
import type { StepSource } from '../../step/step-source.js';
import { Rows, type StepGradient } from '../../variables/gradient.js';
import { formatShape } from '../../variables/shape.js';
import type { Variable } from '../../variables/variable.js';
import type { Topic } from '../agreement.js';
import { type Claim, type ClaimPart, eachOf } from '../claims.js';
import { Hash, hashOf } from './hash.js';

/** What sharding asks of exchanges, which replicas that do not agree on it would read each other's bytes by. */
export function shardClaim(isSharded: boolean): Claim {
  return { about: 'shardState', value: isSharded ? 1 : 0, shown: () => String(isSharded) };
}

/**
 * What the replicas of an optimizer must agree on before a step. Names of variables, which may be counted, are not.
 * @param note - what the others are to know besides
 */
export function stepTopic(
  task: string,
  { source, isSharded }: { readonly source: StepSource; readonly isSharded: boolean },
  pairs: StepPairs,
  note: number,
): Topic {
  const { rule, states, clipping, guard, scalars } = source;
  const { variables, gradients, labels } = pairs;
  // Found now: in the midst of an exchange the memory of a gradient may change, or go.
  const sums = pairs.aggregate ? [] : gradients.map((gradient) => hashOf([gradient], sumInto));
  const gradientLabel = (place: number) => labels.gradient(variables[place]);
  const claims: Claim[] = [
    shardClaim(isSharded),
    { about: 'the number of steps taken', value: states.counter.get() },
    { about: 'experimentalAggregateGradients', value: pairs.aggregate ? 1 : 0, shown: () => String(pairs.aggregate) },
    { about: 'how many variables have a gradient', value: gradients.length },
    variablesClaim(variables, labels.variable),
    eachOf('which gradients are sparse', gradients, kindInto, kindOf, gradientLabel),
    {
      about: 'the scalars of the step, which come of the learning rate and the like',
      value: gradients.length === 0 ? 0 : hashOf([...scalars], (hash, scalar) => hash.add(scalar)),
      parts: () => scalarParts(source),
    },
    { about: 'clipnorm', value: clipping.norm, shown: () => shownBound(clipping.norm) },
    { about: 'clipvalue', value: clipping.value, shown: () => shownBound(clipping.value) },
    { about: 'nonFinite', value: new Hash().addText(guard.policy).value, shown: () => `'${guard.policy}'` },
    {
      about: 'rule and slotDtype',
      value: new Hash().addText(rule.name).addText(states.slotDtype).value,
      shown: () => `${rule.name} with ${states.slotDtype}`,
    },
    eachOf(
      'the gradients, which experimentalAggregateGradients: false says are sums already',
      sums,
      (hash, sum) => hash.add(sum),
      (sum) => sum.toString(16),
      gradientLabel,
    ),
  ];
  return { task, claims, note };
}

/** The claim that replicas have the same variables, in type and shape. */
export function variablesClaim(variables: readonly Variable[], label: Label): Claim {
  const about = 'the variables and their order';
  return eachOf(
    about,
    variables,
    shapeInto,
    ({ shape }) => formatShape(shape),
    (i) => label(variables[i]),
  );
}

/** The rate comes first, since that is what most scalars that differ come of. */
function scalarParts({ rule, scalars, learningRate: [rate] }: StepSource): readonly ClaimPart[] {
  const list = [...scalars].map((value, i) => ({ value, label: `scalar ${i} of the rule ${rule.name}` }));
  return [{ value: rate, label: 'learningRate' }, ...list].map((part) => ({ ...part, shown: String(part.value) }));
}

/** By variable, what stands for its type and shape, and whether it has a constraint: they stay as they are. */
const shapes = new WeakMap<Variable, number>();

function shapeInto(hash: Hash, variable: Variable): void {
  let known = shapes.get(variable);
  if (known === undefined) {
    const { shape, dtype, constraint } = variable;
    const own = new Hash().addText(dtype).addWord(shape.length);
    for (const length of shape) own.add(length);
    known = own.addWord(constraint === null ? 0 : 1).value;
    shapes.set(variable, known);
  }
  hash.add(known);
}

function kindInto(hash: Hash, gradient: unknown): void {
  if (gradient instanceof Rows) hash.addText(kindOf(gradient));
  else hash.addWord(0);
}

/** Takes in what differs between almost any two gradients, and takes no longer than to read them. */
function sumInto(hash: Hash, gradient: StepGradient): void {
  const values = gradient instanceof Rows ? gradient.values : gradient;
  hash.add(lengthOf(values)).add(backend().sumSquares(values));
  if (gradient instanceof Rows) for (const index of gradient.indices) hash.add(Number(index));
}

function kindOf(gradient: unknown): string {
  if (!(gradient instanceof Rows)) return 'dense';
  return `sparse by ${gradient.indices.constructor.name}`;
}

function shownBound(bound: number): string {
  return bound < Infinity ? String(bound) : 'none';
}
