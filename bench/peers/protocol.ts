/**
 * What the bench says to a contestant in a process of its own: a JSON object a line, one answer to each request. A
 * worker speaks first, when its library is loaded. serve.py is the other end in Python, serve.ts in Node.
 */

/** The variables of a case. With `rows`, the one variable is a table and each step names so many other rows of it. */
export interface Layout {
  readonly shapes: readonly (readonly number[])[];
  readonly rows?: number;
}

/** A few numbers, to see that a worker takes the step it is said to take. Values are flat. */
export interface Check extends Layout {
  readonly learningRate: number;
  readonly params: readonly (readonly number[])[];
  /** By step, then by variable. */
  readonly gradients: readonly (readonly (readonly number[])[])[];
  /** By step: the rows that the slices in `gradients` belong to. */
  readonly indices?: readonly (readonly number[])[];
}

export type Request =
  /** Makes arrays of its own, of numbers of its own, and takes a first step. */
  | { readonly open: Layout }
  /** Takes a step with each of the gradients from m = u = 0, and answers with the parameters. */
  | { readonly check: Check; readonly lane?: string }
  /** Takes `before` steps outside the clock, then `run` steps. */
  | { readonly run: number; readonly before: number; readonly lane?: string }
  /** Lets go of the arrays. */
  | { readonly close: true };

export interface Greeting {
  readonly version: string;
  /** Threads that steps are taken by, where the worker can tell. */
  readonly threads?: number;
}

export interface Params {
  readonly params: readonly (readonly number[])[];
}

export interface Timed {
  readonly ns: number;
}

/** A worker that says no: it cannot be loaded, does not have the memory, or cannot do what it is asked. */
export class Refusal extends Error {}

/** @throws Refusal where the worker reports an error, or says anything else */
export function parseAnswer(line: string): object {
  let answer: unknown;
  try {
    answer = JSON.parse(line);
  } catch {
    throw new Refusal(`not an answer: ${brief(line)}`);
  }
  if (typeof answer !== 'object' || answer === null) throw new Refusal(`not an answer: ${brief(line)}`);
  if ('error' in answer) throw new Refusal(brief(String(answer.error)));
  return answer;
}

/** The first line, cut where it is long. */
export function brief(text: string): string {
  const [line] = text.trim().split('\n');
  return line.length > 160 ? `${line.slice(0, 160)}…` : line;
}
