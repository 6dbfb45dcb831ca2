/**
 * Ours, the hand-written loop and the bare memory traffic, on the same arrays, in a process as the others have it: all
 * contestants are started, pinned, timed and ended alike, and the memory of a case is free after it.
 */
import { Adamax, IndexedSlices, Variable } from 'adamax';
import { isa, threads } from 'adamax/kernels';
import type { Contestant } from '../measure.js';
import {
  boundOf,
  LEARNING_RATE,
  type OptimizerState,
  type Problem,
  type State,
  settle,
  settledTable,
  sparseSteps,
} from '../problem.js';
import { rivals } from '../rivals.js';
import { denseMover, hasTraffic, moveRows } from '../traffic.js';
import type { Check, Greeting, Layout } from './protocol.js';
import { JS, OURS, TRAFFIC } from './run.js';
import { type Served, serve } from './serve.js';

const [js] = rivals;
/** Elements of variables that are so small together that calls count. */
const SMALL = 2 ** 20;

class Local implements Served {
  #lanes = new Map<string, Contestant>();

  open({ shapes, rows }: Layout): string[] {
    const list = rows === undefined ? dense(shapes) : sparse(shapes[0], rows);
    this.#lanes = new Map(list.map((contestant) => [contestant.name, contestant]));
    for (const { run } of list) run(1);
    return list.map(({ name }) => name);
  }

  run(times: number, lane: string): void {
    const contestant = this.#lanes.get(lane);
    if (contestant === undefined) throw new Error(`no lane '${lane}'`);
    contestant.run(times);
  }

  check({ shapes, learningRate, params, gradients, indices }: Check): number[][] {
    const optimizer = new Adamax({ learningRate });
    const variables = params.map((values, i) => new Variable(Float32Array.from(values), { shape: shapes[i] }));
    gradients.forEach((step, t) => {
      optimizer.applyGradients(
        step.map((values, i) => {
          const gradient = Float32Array.from(values);
          return [indices ? new IndexedSlices(gradient, Int32Array.from(indices[t])) : gradient, variables[i]] as const;
        }),
      );
    });
    return variables.map(({ data }) => [...data]);
  }

  close(): void {
    this.#lanes.clear();
  }
}

function dense(shapes: readonly (readonly number[])[]): Contestant[] {
  const variables = shapes.map((shape) => {
    return new Variable(new Float32Array(shape.reduce((size, length) => size * length)), { shape });
  });
  const optimizer = new Adamax({ learningRate: LEARNING_RATE });
  optimizer.build(variables);
  const problems = variables.map((variable): Problem => {
    const problem = boundOf(optimizer, variable, new Float32Array(variable.data.length));
    settle(problem);
    return problem;
  });
  const move = hasTraffic ? denseMover(movedFor(problems)) : () => {};
  const pairs = problems.map(({ grad }, i) => [grad, variables[i]] as const);
  return lanes(() => optimizer.applyGradients(pairs), js.dense(problems), move);
}

/** The bound of many small variables is that of one as large as all: a call for each of them would cost more. */
function movedFor(problems: readonly Problem[]): readonly Problem[] {
  const elements = problems.reduce((sum, { param }) => sum + param.length, 0);
  if (problems.length === 1 || elements > SMALL) return problems;
  const array = (): Float32Array => new Float32Array(elements).fill(1);
  return [{ param: array(), m: array(), u: array(), grad: array() }];
}

function sparse([tableRows, rowLength]: readonly number[], rows: number): Contestant[] {
  const { variable, optimizer, param, m, u }: OptimizerState = settledTable(tableRows, rowLength);
  const table: State = { param, m, u };
  const { steps, values } = sparseSteps(tableRows, rowLength, rows);
  const lists = steps.map((indices) => [[new IndexedSlices(values, indices), variable] as const]);
  let at = 0;
  let moved = 0;
  const loop = js.rows?.(table, rowLength, values, steps);
  return lanes(
    () => optimizer.applyGradients(lists[at++ % lists.length]),
    loop as Contestant,
    () => moveRows(table, rowLength, values, steps[moved++ % steps.length]),
  );
}

function lanes(step: () => void, loop: Contestant, move: () => void): Contestant[] {
  const times = (once: () => void) => (count: number) => {
    for (let i = 0; i < count; i++) once();
  };
  const traffic = hasTraffic ? [{ name: TRAFFIC, run: times(move) }] : [];
  return [{ name: OURS, run: times(step) }, { ...loop, name: JS }, ...traffic];
}

/** The bench asks for threads by ADAMAX_THREADS; this says how many it got. */
function greeting(): Greeting {
  return { version: `adamax ${isa()}`, threads: threads() };
}

await serve(async () => ({ served: new Local(), greeting: greeting() }));
