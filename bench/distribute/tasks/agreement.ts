/** What replicas say to each other before each step of small variables, and what that makes of the step. */
import { Adamax, type Gradient, type Variable } from 'adamax';
import { type Collective, type StepHooks, type StepPairs, stepperOf } from '#internals';
import { LEARNING_RATE } from '../../problem.js';
import { raceTogether } from './lockstep.js';
import { AGREEMENT, type AgreementTask, type Timings } from './task.js';
import { gradientOf, StrategyOn, variableOf } from './trainings.js';

/** Bytes that each replica says of a step. */
const SAID = 128;

export function agreement(collective: Collective, task: AgreementTask): Promise<Timings> {
  const { rank, size } = collective;
  const gradients = Array.from({ length: task.variables }, (_, i) => gradientOf(task.elements, rank + size * i));
  const make = () => new Adamax({ learningRate: LEARNING_RATE });
  const stepOf = (optimizer: Adamax) => {
    const pairs = gradients.map((gradient): [Gradient, Variable] => [gradient, variableOf(task.elements)]);
    return () => optimizer.applyGradients(pairs);
  };
  const strategy = new StrategyOn(collective);
  const spoken = strategy.scope(make);
  const [hooks, pairs] = heard(spoken, stepOf(spoken));
  // Replicas that have agreed on a step owe each other their gradients, but where there are none.
  const owingNothing: StepPairs = Object.create(pairs, { count: { value: 0 } });
  const bytes = new Uint8Array(size * SAID);
  const borders = Array.from({ length: size + 1 }, (_, r) => r * SAID);
  const contestants = [
    { name: AGREEMENT.plain, run: stepOf(make()) },
    { name: AGREEMENT.step, run: stepOf(strategy.scope(make)) },
    {
      name: AGREEMENT.agreement,
      run: () => {
        hooks.meet(owingNothing, null, true);
        hooks.leave();
      },
    },
    { name: AGREEMENT.gather, run: () => collective.run([{ kind: 'gather', bytes, borders }]) },
  ];
  return raceTogether(collective, contestants, task.pace);
}

/** Takes a first step, and returns the hooks with what they were given. */
function heard(optimizer: Adamax, step: () => unknown): [Required<Pick<StepHooks, 'meet' | 'leave'>>, StepPairs] {
  const hooks = stepperOf(optimizer).hooks as Required<StepHooks>;
  const { meet } = hooks;
  let given: StepPairs | null = null;
  hooks.meet = (pairs, failure, atOnce) => {
    given = pairs;
    return meet.call(hooks, pairs, failure, atOnce);
  };
  step();
  hooks.meet = meet;
  if (given === null) throw new Error('a step with a strategy asks its hooks');
  return [hooks, given];
}
