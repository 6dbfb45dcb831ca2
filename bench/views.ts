/** Variables that are views of one buffer, beside such of buffers of their own, and up to ten thousand of them. */
import { Adamax, Variable } from 'adamax';
import { isa } from 'adamax/kernels';
import { type Arrays, oneBuffer, ownBuffers } from './arena.js';
import { formatCount, formatRatio, formatTime } from './format.js';
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
import { hasNative, NATIVE, nativeContestant, nativeNotes, nativeStep } from './native.js';
import { boundOf, LEARNING_RATE } from './problem.js';

const GROUP = 'views';
const LENGTH = 64;
const COUNTS = [100, 1000, 10_000];
const QUICK_COUNTS = [100, 10_000];

const VIEWS = 'views';
const OWN = 'own buffers';
const LAYOUTS: readonly [name: string, make: (count: number, length: number) => Arrays][] = [
  [OWN, ownBuffers],
  [VIEWS, oneBuffer],
];

const SAME = 'same gradients';
const FRESH = 'fresh gradients';
const FIRST = 'first step';

/** A layout and what is done with it; a contestant is that with so many variables. */
const lane = (who: string, what: string): string => `${who}, ${what}`;
const withVariables = (name: string, count: number): string => `${name}, ${formatCount(count)} variables`;

export function views({ quick, effort, progress }: Session): GroupReport {
  const counts = quick ? QUICK_COUNTS : COUNTS;
  progress('steps of views of one buffer');
  const steps = race(counts.flatMap(steppers), effort);
  progress('first steps of views of one buffer');
  const firsts = race(counts.flatMap(beginners), effort);
  const lanes = [SAME, FRESH].flatMap((what) =>
    [OWN, VIEWS, ...(hasNative ? [NATIVE] : [])].map((who) => lane(who, what)),
  );
  const first = [OWN, VIEWS].map((who) => lane(who, FIRST));
  return {
    title: `Variables that are views of one buffer, ${LENGTH} floats each, one thread, ${isa()}`,
    notes: [
      'views: all variables and gradients lie on one buffer; own buffers: each has one of its own.',
      'fresh gradients: each step brings other arrays than the last. first step: of a new optimizer, which makes slots.',
      ...nativeNotes,
    ],
    tables: [
      timesTable('time of a step, per variable', steps, lanes, counts),
      timesTable('time of a first step, per variable', firsts, first, counts),
      ratiosTable(steps, firsts, counts),
    ],
    results: [steps, firsts].flatMap((outcome): Result[] => resultsOf(GROUP, `of ${LENGTH} floats`, outcome)),
    ratios: [...ratiosOf(steps, [SAME, FRESH], counts), ...ratiosOf(firsts, [FIRST], counts)],
    targets: targetsOf(steps, counts),
  };
}

function steppers(count: number): Contestant[] {
  const list = LAYOUTS.flatMap(([layout, make]) => {
    const { params, sets } = make(count, LENGTH);
    const variables = params.map((param) => new Variable(param));
    // An optimizer each: what one has bound the other leaves alone.
    const [same, fresh] = [SAME, FRESH].map(() => builtFor(variables));
    const contestants = [
      { name: lane(layout, SAME), run: stepping(same, variables, sets.slice(0, 1)) },
      { name: lane(layout, FRESH), run: stepping(fresh, variables, sets) },
    ];
    if (layout !== VIEWS || !hasNative) return contestants;
    const boundTo = (optimizer: Adamax, grads: readonly Float32Array[]) => {
      return variables.map((variable, i) => boundOf(optimizer, variable, grads[i]));
    };
    return [
      ...contestants,
      ...nativeContestant(lane(NATIVE, SAME), boundTo(same, sets[0])),
      { name: lane(NATIVE, FRESH), run: inTurn(sets.map((grads) => nativeStep(boundTo(fresh, grads)))) },
    ];
  });
  return list.map((contestant) => ({ ...contestant, name: withVariables(contestant.name, count) }));
}

function builtFor(variables: readonly Variable[]): Adamax {
  const optimizer = new Adamax({ learningRate: LEARNING_RATE });
  optimizer.build(variables);
  return optimizer;
}

/** Steps by one set of gradients after another. */
function stepping(optimizer: Adamax, variables: readonly Variable[], sets: Arrays['sets']): Contestant['run'] {
  const lists = sets.map((grads) => grads.map((grad, i) => [grad, variables[i]] as const));
  let at = 0;
  return (times) => {
    for (let i = 0; i < times; i++) optimizer.applyGradients(lists[at++ % lists.length]);
  };
}

function inTurn(steps: readonly (() => unknown)[]): Contestant['run'] {
  let at = 0;
  return (times) => {
    for (let i = 0; i < times; i++) steps[at++ % steps.length]();
  };
}

/** Each step is the first one of an optimizer: variables are looked up, checked, given slots and bound. */
function beginners(count: number): Contestant[] {
  return LAYOUTS.map(([layout, make]) => {
    const { params, sets } = make(count, LENGTH);
    const pairs = params.map((param, i) => [sets[0][i], new Variable(param)] as const);
    let optimizers: Adamax[] = [];
    return {
      name: withVariables(lane(layout, FIRST), count),
      prepare(times) {
        optimizers = Array.from({ length: times }, () => new Adamax({ learningRate: LEARNING_RATE }));
      },
      run(times) {
        for (let i = 0; i < times; i++) optimizers[i].applyGradients(pairs);
      },
    };
  });
}

/** How many times as long a variable takes among the most as among the fewest. */
function growth(outcome: Outcome, name: string, counts: readonly number[]): number {
  const [fewest, most] = [counts[0], counts[counts.length - 1]];
  return (outcome.ratio(withVariables(name, most), withVariables(name, fewest)).median * fewest) / most;
}

const growthTitle = (counts: readonly number[]): string => {
  return `${formatCount(counts[counts.length - 1])} ÷ ${formatCount(counts[0])}`;
};

function timesTable(heading: string, outcome: Outcome, lanes: readonly string[], counts: readonly number[]): Table {
  return {
    heading,
    columns: ['', ...counts.map((count) => `of ${formatCount(count)}`), growthTitle(counts)],
    rows: lanes.map((name) => [
      name,
      ...counts.map((count) => formatTime(outcome.time(withVariables(name, count)).median / count)),
      formatRatio(growth(outcome, name, counts)),
    ]),
  };
}

/** `[title, contestant, contestant]` of each ratio that is reported. */
function pairsOf(what: string): [string, string, string][] {
  const others = hasNative && what !== FIRST ? [OWN, NATIVE] : [OWN];
  return others.map((other) => [`${VIEWS} ÷ ${other}, ${what}`, lane(VIEWS, what), lane(other, what)]);
}

function ratiosOf(outcome: Outcome, whats: readonly string[], counts: readonly number[]): Ratio[] {
  return whats.flatMap(pairsOf).flatMap(([name, a, b]) => {
    return counts.map((count): Ratio => {
      const value = outcome.ratio(withVariables(a, count), withVariables(b, count));
      return { group: GROUP, case: `${formatCount(count)} variables`, name, value };
    });
  });
}

function ratiosTable(steps: Outcome, firsts: Outcome, counts: readonly number[]): Table {
  const rows = [SAME, FRESH, FIRST].flatMap((what) => {
    const ratios = ratiosOf(what === FIRST ? firsts : steps, [what], counts);
    return pairsOf(what).map(([title]) => {
      return [title, ...ratios.filter(({ name }) => name === title).map(({ value }) => formatRatio(value.median))];
    });
  });
  return { heading: 'ratios', columns: ['', ...counts.map((count) => `of ${formatCount(count)}`)], rows };
}

function targetsOf(outcome: Outcome, counts: readonly number[]): Target[] {
  const [fewest] = counts;
  return [SAME, FRESH].flatMap((what): Target[] => {
    const [a, b] = [VIEWS, OWN].map((who) => withVariables(lane(who, what), fewest));
    const measured = outcome.ratio(a, b).median;
    const flat = growth(outcome, lane(VIEWS, what), counts);
    const remark = hasNative ? `${NATIVE}: ${formatRatio(growth(outcome, lane(NATIVE, what), counts))}` : '';
    const views = `${VIEWS} ÷ ${OWN}, ${formatCount(fewest)} × ${LENGTH} floats, ${what}`;
    return [
      { what: views, measured, bound: 1.3, sense: 'at most', unit: '×' },
      {
        what: `time per variable of ${VIEWS}, ${growthTitle(counts)}, ${what}`,
        measured: flat,
        bound: 1.3,
        sense: 'at most',
        unit: '×',
        remark,
      },
    ];
  });
}
