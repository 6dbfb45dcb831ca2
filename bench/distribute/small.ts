/** What a strategy adds to small steps: nothing where there is one replica, and an agreement where there are more. */
import { Adamax, type Gradient, type Variable } from 'adamax';
import { getStrategy, MirroredStrategy } from 'adamax/distribute';
import { formatCount, formatRatio, formatTime } from '../format.js';
import { type GroupReport, resultsOf, type Session, type Table, type Target } from '../group.js';
import { type Outcome, race } from '../measure.js';
import { LEARNING_RATE } from '../problem.js';
import { GROUP, outcomeOf, paceOf } from './outcome.js';
import { type Engine, replicas } from './replicas.js';
import { AGREEMENT } from './tasks/task.js';
import { gradientOf, variableOf } from './tasks/trainings.js';

const PLAIN = 'plain step';
const SINGLE = 'with a strategy of one replica';
const NONE = 'with the strategy that there is without one';
const CASES: readonly (readonly [number, number])[] = [
  [1, 8],
  [100, 64],
  [1, 2 ** 20],
];
const MANY = [100, 64] as const;

const nameOf = ([count, elements]: readonly [number, number]): string => `${count} × ${formatCount(elements)}`;

export async function measureSmall(session: Session, engines: readonly Engine[]): Promise<GroupReport> {
  const single = CASES.map((one) => {
    session.progress(`one replica, ${nameOf(one)}`);
    return { name: `one replica, ${nameOf(one)}`, outcome: alone(session, one) };
  });
  const spoken: { name: string; outcome: Outcome }[] = [];
  for (const engine of engines) {
    session.progress(`agreement of 2 ${engine}`);
    const [variables, elements] = MANY;
    const task = { kind: 'agreement', variables, elements, pace: paceOf(session) } as const;
    const outcome = outcomeOf(await replicas(engine, 2, task));
    spoken.push({ name: `2 ${engine}, ${nameOf(MANY)}`, outcome });
  }
  return {
    title: 'small steps',
    notes: [],
    tables: [...single.map((one) => tableOf(one, PLAIN)), ...spoken.map((one) => tableOf(one, AGREEMENT.plain))],
    results: [...single, ...spoken].flatMap(({ name, outcome }) => resultsOf(GROUP, name, outcome)),
    ratios: single.map(({ name, outcome }) => {
      return { group: GROUP, case: name, name: `${SINGLE} ÷ ${PLAIN}`, value: outcome.ratio(SINGLE, PLAIN) };
    }),
    targets: single.map(({ name, outcome }): Target => {
      const measured = outcome.ratio(SINGLE, PLAIN).median;
      return { what: `${name}: ${SINGLE} ÷ ${PLAIN}`, measured, bound: 1.05, sense: 'at most', unit: '×' };
    }),
  };
}

function alone({ effort }: Session, [count, elements]: readonly [number, number]): Outcome {
  const gradients = Array.from({ length: count }, (_, i) => gradientOf(elements, i));
  const contestant = (name: string, make: () => Adamax) => {
    const optimizer = make();
    const pairs = gradients.map((gradient): [Gradient, Variable] => [gradient, variableOf(elements)]);
    const run = (times: number) => {
      for (let i = 0; i < times; i++) optimizer.applyGradients(pairs);
    };
    return { name, run };
  };
  const plain = () => new Adamax({ learningRate: LEARNING_RATE });
  const strategy = new MirroredStrategy();
  return race(
    [
      contestant(PLAIN, plain),
      contestant(SINGLE, () => strategy.scope(plain)),
      contestant(NONE, () => getStrategy().scope(plain)),
    ],
    effort,
  );
}

function tableOf({ name, outcome }: { name: string; outcome: Outcome }, plain: string): Table {
  return {
    heading: name,
    columns: ['', 'time', '÷ plain'],
    rows: outcome.names.map((contestant) => [
      contestant,
      formatTime(outcome.time(contestant).median),
      formatRatio(outcome.ratio(contestant, plain).median),
    ]),
  };
}
