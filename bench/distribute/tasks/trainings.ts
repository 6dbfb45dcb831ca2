/** Trainings of one large variable, each with arrays of its own, with a strategy or without. */
import { Adamax, Variable } from 'adamax';
import { Strategy } from 'adamax/distribute';
import { type Collective, type StepHooks, stepperOf } from '#internals';
import { LEARNING_RATE } from '../../problem.js';
import { generator } from '../../random.js';

export class StrategyOn extends Strategy {
  constructor(collective: Collective, shardState = false) {
    super(collective, shardState);
  }
}

/** What all replicas begin with. */
export function variableOf(elements: number): Variable {
  return new Variable(new Float32Array(elements).fill(0.5));
}

/** What one replica has found. */
export function gradientOf(elements: number, rank: number): Float32Array {
  const random = generator(1 + rank);
  const gradient = new Float32Array(elements);
  for (let i = 0; i < elements; i++) gradient[i] = random() < 0.5 ? -0.1 - random() : 0.1 + random();
  return gradient;
}

export interface Training {
  readonly optimizer: Adamax;
  readonly variable: Variable;
  readonly hooks: StepHooks | null;
  step(): unknown;
  stepLater(): Promise<unknown>;
}

/** @param strategy - null for none */
export function trainingOf(strategy: Strategy | null, gradient: Float32Array): Training {
  const make = () => new Adamax({ learningRate: LEARNING_RATE });
  const optimizer = strategy === null ? make() : strategy.scope(make);
  const variable = variableOf(gradient.length);
  const pairs = [[gradient, variable]] as const;
  return {
    optimizer,
    variable,
    hooks: stepperOf(optimizer).hooks,
    step: () => optimizer.applyGradients(pairs),
    stepLater: () => optimizer.applyGradientsAsync(pairs),
  };
}

/** Has a training of a strategy sum all that there is, bucket by bucket, before it steps any of it. */
export function sumFirst(
  { optimizer, hooks }: Training,
  collective: Collective,
  gradient: Float32Array,
  bucket: number,
): void {
  const { meet, leave } = hooks as Required<StepHooks>;
  const sum = new Float32Array(gradient.length);
  stepperOf(optimizer).hooks = {
    // Replicas that have agreed on a step owe each other their gradients, but where there are none.
    meet: (pairs, failure, atOnce) => {
      return meet.call(hooks, Object.create(pairs, { count: { value: 0 } }), failure, atOnce);
    },
    aggregate() {
      for (let begin = 0; begin < gradient.length; begin += bucket) {
        const end = Math.min(begin + bucket, gradient.length);
        collective.run([{ kind: 'sum', from: gradient.subarray(begin, end), to: sum.subarray(begin, end) }]);
      }
      return [sum];
    },
    leave: leave.bind(hooks),
  };
}
