/** Many small variables, and one of a few floats: what a step costs beside its arithmetic. */
import { Adamax, Variable } from 'adamax';
import { adamaxStep, isa } from 'adamax/kernels';
import { digits, formatRatio, formatTime } from './format.js';
import {
  type GroupReport,
  type Ratio,
  type Result,
  resultsOf,
  type Session,
  type Table,
  type Target,
} from './group.js';
import { type Contestant, type Outcome, race } from './measure.js';
import { hasNative, NATIVE, nativeContestant, nativeNotes } from './native.js';
import { boundOf, LEARNING_RATE, type OptimizerProblem, type Problem, SCALARS, settledProblem } from './problem.js';
import { type Rival, rivals } from './rivals.js';

const GROUP = 'small';
const VARIABLES = 100;
const LENGTH = 64;
const SIZES = [1, 2, 4, 8, 16, 32, 64, 128];
const QUICK_SIZES = [8, 32, 128];

/** Steps until an array comes again. */
const FRESH_SETS = 4;

const SAME = 'applyGradients, same arrays';
const FRESH = 'applyGradients, fresh arrays';
const KERNEL = 'adamaxStep';

/** A step of one variable of so many floats is held to a bare call into the addon. */
const SMALLEST = 8;

export function small({ quick, effort, progress }: Session): GroupReport {
  progress(`step of ${VARIABLES} variables of ${LENGTH} floats`);
  const many = race(manyVariables(), effort);
  const manyCase = `${VARIABLES} × ${LENGTH}`;
  const results: Result[] = resultsOf(GROUP, manyCase, many, VARIABLES * LENGTH);
  const single = (quick ? QUICK_SIZES : SIZES).map((elements) => {
    progress(`step of one variable of ${elements} floats`);
    const outcome = race(oneVariable(settledProblem(elements)), effort);
    results.push(...resultsOf(GROUP, `1 × ${elements}`, outcome, elements));
    return { elements, outcome };
  });
  const ratio = (a: string, b: string): Ratio => {
    return { group: GROUP, case: manyCase, name: `${a} ÷ ${b}`, value: many.ratio(a, b) };
  };
  const ours = [SAME, FRESH];
  const ratios = ours.flatMap((name) => rivals.map((rival) => ratio(rival.name, name)));
  if (hasNative) ratios.push(...ours.map((name) => ratio(name, NATIVE)));
  return {
    title: `Small variables, one thread, ${isa()}`,
    notes: [
      'same arrays: the gradients lie in the same arrays at each step; fresh arrays: each step brings others than the last.',
      ...nativeNotes,
      'The JS loops compute the scalars of a step too, and know their arrays from the start.',
    ],
    tables: [manyTable(many), singleTable(single)],
    results,
    ratios,
    targets: targetsOf(many, single),
  };
}

function manyVariables(): Contestant[] {
  const problems = Array.from({ length: VARIABLES }, () => settledProblem(LENGTH));
  const variables = problems.map(({ param }) => new Variable(param));
  const same = new Adamax({ learningRate: LEARNING_RATE });
  same.build(variables);
  const pairs = problems.map(({ grad }, i) => [grad, variables[i]] as const);
  const runSame = (times: number): void => {
    for (let i = 0; i < times; i++) same.applyGradients(pairs);
  };

  // Two optimizers of the same variables: each keeps a plan of its own, so neither disturbs what the other has bound.
  const changing = new Adamax({ learningRate: LEARNING_RATE });
  const sets = freshSets(problems).map((grads) => grads.map((grad, i) => [grad, variables[i]] as const));
  let at = 0;
  const runFresh = (times: number): void => {
    for (let i = 0; i < times; i++) changing.applyGradients(sets[at++ % sets.length]);
  };
  return [
    { name: SAME, run: runSame },
    { name: FRESH, run: runFresh },
    ...nativeContestant(
      NATIVE,
      variables.map((variable, i) => boundOf(same, variable, problems[i].grad)),
    ),
    ...rivals.map((rival) => rival.dense(problems)),
    ...rivals.map((rival) => freshRival(rival, problems)),
  ];
}

/** A loop that is handed other gradient arrays at each step too: they come from memory that is as cold. */
function freshRival(rival: Rival, problems: readonly Problem[]): Contestant {
  const list = problems.map((problem) => ({ ...problem }));
  const sets = freshSets(problems);
  const { run } = rival.dense(list);
  let at = 0;
  return {
    name: freshName(rival.name),
    run(times) {
      for (let step = 0; step < times; step++) {
        const grads = sets[at++ % sets.length];
        for (let i = 0; i < list.length; i++) list[i].grad = grads[i];
        run(1);
      }
    },
  };
}

/**
 * Gradient arrays for some steps in turn: never those of the step before, and no colder than what has just been
 * computed.
 */
function freshSets(problems: readonly Problem[]): Float32Array[][] {
  return Array.from({ length: FRESH_SETS }, () => problems.map(({ grad }) => grad.slice()));
}

const freshName = (rival: string): string => `${rival}, fresh arrays`;

function oneVariable(problem: OptimizerProblem): Contestant[] {
  const { optimizer, variable, grad } = problem;
  const pairs = [[grad, variable]] as const;
  const runSame = (times: number): void => {
    for (let i = 0; i < times; i++) optimizer.applyGradients(pairs);
  };
  return [
    { name: SAME, run: runSame },
    ...nativeContestant(NATIVE, [problem]),
    bareKernel(problem),
    ...rivals.map((rival) => rival.dense([problem])),
  ];
}

function bareKernel({ param, m, u, grad }: Problem): Contestant {
  const run = (times: number): void => {
    for (let i = 0; i < times; i++) adamaxStep(param, m, u, grad, SCALARS);
  };
  return { name: KERNEL, run };
}

interface Single {
  readonly elements: number;
  readonly outcome: Outcome;
}

function manyTable(outcome: Outcome): Table {
  return {
    heading: `step of ${VARIABLES} variables of ${LENGTH} floats`,
    columns: [
      '',
      'step',
      'ns per variable',
      ...(hasNative ? [`÷ ${NATIVE}`] : []),
      ...rivals.map(({ name }) => `${name} ÷ it`),
    ],
    rows: outcome.names.map((name) => {
      const { median } = outcome.time(name);
      const ratios = rivals.map((rival) => formatRatio(outcome.ratio(rival.name, name).median));
      const own = hasNative ? [formatRatio(outcome.ratio(name, NATIVE).median)] : [];
      return [name, formatTime(median), digits(median / VARIABLES), ...own, ...ratios];
    }),
  };
}

function singleTable(single: readonly Single[]): Table {
  const others = [KERNEL, ...rivals.map(({ name }) => name)];
  return {
    heading: 'step of one variable; × is the fastest JS loop ÷ it',
    columns: ['floats', SAME, '×', ...(hasNative ? [NATIVE, 'above it'] : []), KERNEL, '×', ...others.slice(1)],
    rows: single.map(({ elements, outcome }) => {
      const time = (name: string): string => formatTime(outcome.time(name).median);
      const native = hasNative ? [time(NATIVE), formatTime(outcome.difference(SAME, NATIVE).median)] : [];
      const [kernel, ...loops] = others.map(time);
      return [
        String(elements),
        time(SAME),
        formatRatio(advantage(outcome, SAME)),
        ...native,
        kernel,
        formatRatio(advantage(outcome, KERNEL)),
        ...loops,
      ];
    }),
  };
}

/** The fastest rival ÷ `name`. */
function advantage(outcome: Outcome, name: string): number {
  return Math.min(...rivals.map((rival) => outcome.ratio(rival.name, name).median));
}

function targetsOf(many: Outcome, single: readonly Single[]): Target[] {
  if (!hasNative) return [];
  const floats = `${VARIABLES} × ${LENGTH} floats`;
  const least = single.filter(({ elements }) => elements === SMALLEST);
  return [
    {
      what: `${floats}, same arrays ÷ ${NATIVE}`,
      measured: many.ratio(SAME, NATIVE).median,
      bound: 2,
      sense: 'at most',
      unit: '×',
    },
    {
      what: `${floats}, fresh arrays ÷ ${NATIVE}`,
      measured: many.ratio(FRESH, NATIVE).median,
      bound: 4,
      sense: 'at most',
      unit: '×',
    },
    ...least.map(({ elements, outcome }): Target => {
      const measured = outcome.difference(SAME, NATIVE).median;
      const what = `one variable of ${elements} floats: applyGradients − a bare call into the addon`;
      return { what, measured, bound: 60, sense: 'at most', unit: 'ns' };
    }),
  ];
}
