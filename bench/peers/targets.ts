/** What the design promises against other libraries: no other Adamax is faster, whatever the size. */
import type { Target } from '../group.js';
import { RIVALS } from './catalog.js';
import { leastOf, type Run, threadsOf } from './run.js';

const SMALLEST = 64;
const LARGEST = 2 ** 26;
/** Those that step another rule are figures only. */
const ADAMAX = RIVALS.filter(({ rule }) => rule === undefined).map(({ name }) => name);

/** By number of threads: the least of all ratios, and where it is. */
export function targetsOf(runs: readonly Run[]): Target[] {
  const promised = runs.filter(({ case: { rows, elements } }) => {
    return rows === undefined && elements >= SMALLEST && elements <= LARGEST;
  });
  return [...new Set(promised.map(({ threads }) => threads))].flatMap((threads): Target[] => {
    const least = leastOf(
      promised.filter((run) => run.threads === threads),
      ADAMAX,
    );
    if (least === null) return [];
    const what = `another library's Adamax ÷ ours, least of all up to 64M elements, ${threadsOf(threads)}`;
    return [{ what, measured: least.ratio, bound: 1, sense: 'above', unit: '×', remark: least.where }];
  });
}
