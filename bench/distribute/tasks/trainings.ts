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

/** Has a training of a strategy sum all that there is, in the same buckets, before it steps any of it. */
export function sumFirst({ optimizer, hooks }: Training): void {
  if (hooks === null) throw new Error('a training without a strategy has nothing to sum');
  const bound = boundTo(hooks);
  stepperOf(optimizer).hooks = {
    ...bound,
    get drive(): StepHooks['drive'] {
      const { drive } = hooks;
      if (drive === undefined) return undefined;
      return (count, run) => {
        drive.call(
          hooks,
          count,
          () => {},
          () => {},
        );
        run(0, count);
      };
    },
  };
}

/** The hooks that a step without shards has. */
function boundTo(hooks: StepHooks): StepHooks {
  const { meet, aggregate, leave, built } = hooks as Required<StepHooks>;
  return {
    meet: meet.bind(hooks),
    aggregate: aggregate.bind(hooks),
    leave: leave.bind(hooks),
    built: built.bind(hooks),
  };
}
