/** What a group of measurements gives to the report. */
import type { Effort, Outcome, Spread } from './measure.js';
import { BYTES } from './problem.js';

/** One contestant in one case. Times are nanoseconds per step. */
export interface Result {
  readonly group: string;
  readonly case: string;
  readonly contestant: string;
  readonly ns: Spread;
  readonly rounds: number;
  /** Elements a step touches, with what follows from it. */
  readonly elements?: number;
  readonly nsPerElement?: number;
  readonly gbPerSecond?: number;
}

/** How many times as much one contestant takes as another. */
export interface Ratio {
  readonly group: string;
  readonly case: string;
  readonly name: string;
  readonly value: Spread;
}

/** A line of the target table in the design. */
export interface Target {
  readonly what: string;
  readonly measured: number;
  readonly bound: number;
  readonly sense: 'at most' | 'at least' | 'below' | 'above';
  readonly unit: string;
  /** What the reader should know beside it, such as what of it is not ours to change. */
  readonly remark?: string;
}

export interface Table {
  readonly heading: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface GroupReport {
  readonly title: string;
  readonly notes: readonly string[];
  readonly tables: readonly Table[];
  readonly results: readonly Result[];
  readonly ratios: readonly Ratio[];
  readonly targets: readonly Target[];
}

/** What a group is run with. */
export interface Session {
  readonly quick: boolean;
  readonly effort: Effort;
  /** Says what is being measured. */
  progress(text: string): void;
}

/** The results of all contestants of a race. */
export function resultsOf(group: string, name: string, outcome: Outcome, elements?: number): Result[] {
  return outcome.names.map((contestant) => {
    const ns = outcome.time(contestant);
    const result = { group, case: name, contestant, ns, rounds: outcome.samples(contestant).length };
    if (elements === undefined) return result;
    return { ...result, elements, nsPerElement: ns.median / elements, gbPerSecond: (BYTES * elements) / ns.median };
  });
}
