/** Steps whose parameters lie elsewhere: written to other arrays, or parts of one array that are told by offsets. */

import { Adamax, Variable } from 'adamax';
import { isa } from 'adamax/kernels';
import { stepperOf } from '#internals';
import { oneBuffer, ownBuffers } from './arena.js';
import { digits, formatCount, formatRatio, formatTime } from './format.js';
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
import { boundOf, LEARNING_RATE, type OptimizerProblem, settledProblem } from './problem.js';

const GROUP = 'places';
const SIZES = [64, 4096, 2 ** 16, 2 ** 20, 2 ** 22];
const QUICK_SIZES = [64, 2 ** 20];
const MILLION = 2 ** 20;
const VARIABLES = 100;
const LENGTH = 64;

const IN_PLACE = 'in place';
const OUT_OF_PLACE = 'out of place';
const HEAP = 'by offsets on a heap';
const VIEWS = 'applyGradients, views of the heap';
const SAME = 'applyGradients, same arrays';

interface Case {
  readonly elements: number;
  readonly outcome: Outcome;
}

export function places({ quick, effort, progress }: Session): GroupReport {
  const cases = (quick ? QUICK_SIZES : SIZES).map((elements): Case => {
    progress(`step of ${formatCount(elements)} elements out of place`);
    globalThis.gc?.();
    return { elements, outcome: race(placed(settledProblem(elements)), effort) };
  });
  progress(`step of ${VARIABLES} variables by offsets`);
  const heap = race(onHeap(), effort);
  const heapCase = `${VARIABLES} × ${LENGTH}`;
  return {
    title: `Parameters in other places, one thread, ${isa()}`,
    notes: [
      'out of place: parameters are written to other arrays, at 4 bytes more an element of distinct memory.',
      `by offsets on a heap: ${VARIABLES} variables and gradients as parts of one array, placed anew at each step.`,
      ...nativeNotes,
    ],
    tables: [placesTable(cases), heapTable(heap)],
    results: [
      ...cases.flatMap(({ elements, outcome }): Result[] => {
        return resultsOf(GROUP, formatCount(elements), outcome, elements);
      }),
      ...resultsOf(GROUP, heapCase, heap, VARIABLES * LENGTH),
    ],
    ratios: [
      ...cases.flatMap(({ elements, outcome }) => {
        return placePairs().map(([name, a, b]): Ratio => {
          return { group: GROUP, case: formatCount(elements), name, value: outcome.ratio(a, b) };
        });
      }),
      ...heap.names
        .filter((name) => name !== SAME)
        .map((name): Ratio => {
          return { group: GROUP, case: heapCase, name: `${name} ÷ ${SAME}`, value: heap.ratio(name, SAME) };
        }),
    ],
    targets: targetsOf(cases, heap, heapCase),
  };
}

const native = (name: string): string => `${NATIVE}, ${name}`;

/** All on the same memory, but for the array that is written out of place. */
function placed(problem: OptimizerProblem): Contestant[] {
  const { optimizer, variable, grad } = problem;
  const out = new Float32Array(grad.length).fill(1);
  const pairs = [[grad, variable]] as const;
  const outs = [out];
  const stepper = stepperOf(optimizer);
  const inPlace = (times: number): void => {
    for (let i = 0; i < times; i++) optimizer.applyGradients(pairs);
  };
  const outOfPlace = (times: number): void => {
    for (let i = 0; i < times; i++) stepper.step('bench', pairs, true, outs);
  };
  return [
    { name: IN_PLACE, run: inPlace },
    { name: OUT_OF_PLACE, run: outOfPlace },
    ...nativeContestant(native(IN_PLACE), [problem]),
    ...nativeContestant(native(OUT_OF_PLACE), [{ ...problem, out }]),
  ];
}

function onHeap(): Contestant[] {
  const own = ownBuffers(VARIABLES, LENGTH);
  const variables = own.params.map((param) => new Variable(param));
  const same = new Adamax({ learningRate: LEARNING_RATE });
  same.build(variables);
  const pairs = own.sets[0].map((grad, i) => [grad, variables[i]] as const);
  const runSame = (times: number): void => {
    for (let i = 0; i < times; i++) same.applyGradients(pairs);
  };

  const { heap, params, sets } = oneBuffer(VARIABLES, LENGTH);
  const parts = params.map((param) => new Variable(param));
  const offsets = Float64Array.from(params.flatMap((param, i) => [param, param, sets[0][i]].map(placeOf)));
  const stepper = stepperOf(new Adamax({ learningRate: LEARNING_RATE }));
  const runHeap = (times: number): void => {
    for (let i = 0; i < times; i++) stepper.stepOnHeap('bench', parts, heap, offsets);
  };

  const viewing = new Adamax({ learningRate: LEARNING_RATE });
  const viewPairs = sets[0].map((grad, i) => [grad, parts[i]] as const);
  const runViews = (times: number): void => {
    for (let i = 0; i < times; i++) viewing.applyGradients(viewPairs);
  };
  return [
    { name: SAME, run: runSame },
    { name: VIEWS, run: runViews },
    { name: HEAP, run: runHeap },
    ...nativeContestant(
      NATIVE,
      variables.map((variable, i) => boundOf(same, variable, own.sets[0][i])),
    ),
  ];
}

/** Where a view begins in the array of floats that its buffer is. */
function placeOf(view: Float32Array): number {
  return view.byteOffset / view.BYTES_PER_ELEMENT;
}

/** `[title, contestant, contestant]` of each ratio that is reported. */
function placePairs(): [string, string, string][] {
  const title = `${OUT_OF_PLACE} ÷ ${IN_PLACE}`;
  const pairs: [string, string, string][] = [[title, OUT_OF_PLACE, IN_PLACE]];
  if (hasNative) pairs.push([native(title), native(OUT_OF_PLACE), native(IN_PLACE)]);
  return pairs;
}

function placesTable(cases: readonly Case[]): Table {
  const { names } = cases[0].outcome;
  const ratios = placePairs();
  return {
    heading: 'time of a step of one variable',
    columns: ['elements', ...names, ...ratios.map(([title]) => title)],
    rows: cases.map(({ elements, outcome }) => [
      formatCount(elements),
      ...names.map((name) => formatTime(outcome.time(name).median)),
      ...ratios.map(([, a, b]) => formatRatio(outcome.ratio(a, b).median)),
    ]),
  };
}

function heapTable(outcome: Outcome): Table {
  return {
    heading: `step of ${VARIABLES} variables of ${LENGTH} floats`,
    columns: ['', 'step', 'ns per variable', `÷ ${SAME}`],
    rows: outcome.names.map((name) => {
      const { median } = outcome.time(name);
      return [name, formatTime(median), digits(median / VARIABLES), formatRatio(outcome.ratio(name, SAME).median)];
    }),
  };
}

function targetsOf(cases: readonly Case[], heap: Outcome, heapCase: string): Target[] {
  const million = cases.filter(({ elements }) => elements === MILLION);
  return [
    ...million.map(({ elements, outcome }): Target => {
      const measured = outcome.ratio(OUT_OF_PLACE, IN_PLACE).median;
      const what = `step ${OUT_OF_PLACE} ÷ ${IN_PLACE}, ${formatCount(elements)} elements`;
      const remark = hasNative
        ? `${NATIVE}: ${formatRatio(outcome.ratio(native(OUT_OF_PLACE), native(IN_PLACE)).median)}`
        : '';
      return { what, measured, bound: 1.15, sense: 'at most', unit: '×', remark };
    }),
    {
      what: `step ${HEAP} ÷ ${SAME}, ${heapCase} floats`,
      measured: heap.ratio(HEAP, SAME).median,
      bound: 1.3,
      sense: 'at most',
      unit: '×',
    },
  ];
}
