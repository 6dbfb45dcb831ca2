/**
 * Gradients that end: with g = 0 the first moment decays through the subnormal numbers, whose arithmetic is slow on
 * many processors, and IEEE rounding keeps it there for ever. The library flushes tiny moments to 0; does its step keep
 * its speed? For contrast, JavaScript loops that do not flush.
 */
import { adamaxScalars, adamaxStep, availableIsa, type Isa, isa, setIsa } from 'adamax/kernels';
import { formatRatio, formatTime } from './format.js';
import type { GroupReport, Ratio, Result, Session, Table } from './group.js';
import { now, type Spread, spread } from './measure.js';
import { BETA1, BETA2, EPSILON, type Problem } from './problem.js';
import { stepDoubles, stepFround } from './rivals.js';

const GROUP = 'zeros';
const ELEMENTS = 4096;
const STEPS = 2000;
const FIRST = 200;
const LAST = 1000;
const START = 1e-3;
const SUBNORMAL = 1e-41;
/** The usual rate here: a tiny one would make products subnormal that are not so in training. */
const ALPHA = 1e-3;
const SCALARS = adamaxScalars({ learningRate: ALPHA, step: 1000 });

/** An implementation, one step at a time. */
interface Stepper {
  readonly name: string;
  enter(): void;
  step(problem: Problem): void;
}

/** Nanoseconds per step, one sample a round. */
interface Samples {
  readonly first: number[];
  readonly last: number[];
  readonly normal: number[];
  readonly subnormal: number[];
}

export function zeros({ quick, effort, progress }: Session): GroupReport {
  const before = isa();
  const steppers = [...availableIsa().reverse().map(ofLibrary), doubles, frounds];
  const samples = new Map(
    steppers.map(({ name }): [string, Samples] => {
      return [name, { first: [], last: [], normal: [], subnormal: [] }];
    }),
  );
  const problem = emptyProblem();
  for (const stepper of steppers) for (let i = 0; i < 20; i++) takeSteps(stepper, problem, 100); // each compiles first
  const end = now() + effort.budget;
  const most = quick ? 5 : 31;
  for (let round = 0; round < most && (round < effort.minRounds || now() < end); round++) {
    progress(`gradients of zero, round ${round + 1}`);
    for (const stepper of steppers) measure(stepper, problem, samples.get(stepper.name) as Samples);
  }
  setIsa(before);
  return report(samples);
}

function measure(stepper: Stepper, problem: Problem, { first, last, normal, subnormal }: Samples): void {
  stepper.enter();
  fill(problem, START, 0);
  first.push(takeSteps(stepper, problem, FIRST));
  takeSteps(stepper, problem, STEPS - FIRST - LAST);
  last.push(takeSteps(stepper, problem, LAST));
  fill(problem, 0, 0.1);
  takeSteps(stepper, problem, FIRST);
  normal.push(takeSteps(stepper, problem, FIRST));
  fill(problem, 0, SUBNORMAL);
  takeSteps(stepper, problem, FIRST);
  subnormal.push(takeSteps(stepper, problem, FIRST));
}

/** Nanoseconds per step. */
function takeSteps(stepper: Stepper, problem: Problem, count: number): number {
  const start = now();
  for (let i = 0; i < count; i++) stepper.step(problem);
  return (now() - start) / count;
}

function emptyProblem(): Problem {
  const array = (): Float32Array => new Float32Array(ELEMENTS);
  return { param: array(), m: array(), u: array(), grad: array() };
}

function fill({ param, m, u, grad }: Problem, moments: number, gradient: number): void {
  param.fill(0.5);
  m.fill(moments);
  u.fill(moments);
  grad.fill(gradient);
}

function ofLibrary(name: Isa): Stepper {
  return {
    name,
    enter: () => setIsa(name),
    step: ({ param, m, u, grad }) => adamaxStep(param, m, u, grad, SCALARS),
  };
}

const doubles: Stepper = {
  name: 'JS doubles, IEEE',
  enter: () => {},
  step: ({ param, m, u, grad }) => stepDoubles(param, m, u, grad, 1 - BETA1, BETA2, ALPHA, EPSILON),
};

const [ONE_MINUS_BETA1_32, BETA2_32, ALPHA_32, EPSILON_32] = [1 - BETA1, BETA2, ALPHA, EPSILON].map(Math.fround);
const frounds: Stepper = {
  name: 'JS fround, IEEE',
  enter: () => {},
  step: ({ param, m, u, grad }) => stepFround(param, m, u, grad, ONE_MINUS_BETA1_32, BETA2_32, ALPHA_32, EPSILON_32),
};

function report(samples: ReadonlyMap<string, Samples>): GroupReport {
  const results: Result[] = [];
  const ratios: Ratio[] = [];
  const rows: string[][] = [];
  for (const [name, { first, last, normal, subnormal }] of samples) {
    const zero = paired(last, first);
    const tiny = paired(subnormal, normal);
    const cells = {
      'first 200 steps, g = 0': first,
      'last 1000 steps, g = 0': last,
      'g = 0.1': normal,
      'g = 1e-41': subnormal,
    };
    for (const [label, list] of Object.entries(cells)) {
      results.push({ group: GROUP, case: label, contestant: name, ns: spread(list), rounds: list.length });
    }
    ratios.push({ group: GROUP, case: name, name: 'last 1000 ÷ first 200 steps, g = 0', value: zero });
    ratios.push({ group: GROUP, case: name, name: 'g = 1e-41 ÷ g = 0.1', value: tiny });
    const times = [first, last, normal, subnormal].map((list) => formatTime(spread(list).median));
    rows.push([name, times[0], times[1], formatRatio(zero.median), times[2], times[3], formatRatio(tiny.median)]);
  }
  const table: Table = {
    heading: 'time of a step',
    columns: ['', 'g = 0: first 200', 'last 1000', 'last ÷ first', 'g = 0.1', 'g = 1e-41', '1e-41 ÷ 0.1'],
    rows,
  };
  return {
    title: `Gradients of zero, ${ELEMENTS} elements, ${STEPS} steps from m = u = ${START}`,
    notes: ['The moments decay through the subnormal range; then constant gradients, normal and subnormal.'],
    tables: [table],
    results,
    ratios,
    targets: [],
  };
}

function paired(a: readonly number[], b: readonly number[]): Spread {
  return spread(a.map((x, i) => x / b[i]));
}
