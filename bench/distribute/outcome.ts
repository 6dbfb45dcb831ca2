/** What all replicas have measured of the same rounds, as one. */
import type { Session } from '../group.js';
import { Outcome } from '../measure.js';
import type { Pace, Timings } from './tasks/task.js';

export const GROUP = 'distribute';

const FULL: Pace = { warmup: 60e6, batch: 2e6, budget: 5e9, minRounds: 5, maxRounds: 41 };
const QUICK: Pace = { warmup: 20e6, batch: 1e6, budget: 1e9, minRounds: 3, maxRounds: 9 };

export function paceOf({ quick }: Session): Pace {
  return quick ? QUICK : FULL;
}

/** A round has taken as long as the last replica took; one that slept meanwhile has 0. */
export function outcomeOf(reports: readonly Timings[]): Outcome {
  const names = Object.keys(reports[0]);
  return new Outcome(
    names.map((name) => ({
      name,
      samples: reports[0][name].map((_, round) => Math.max(...reports.map((report) => report[name][round]))),
    })),
  );
}
