/** Two runs beside each other: `--compare`. Each was written by `--json`, or is kept in bench/runs. */
import { readFileSync } from 'node:fs';
import { formatRatio, formatTime } from './format.js';
import type { Result, Table } from './group.js';
import type { Machine } from './machine.js';
import { type Spread, spread } from './measure.js';
import { UsageError } from './options.js';

/** A figure that was published without its quartiles has the middle alone. */
export type Figure = Pick<Spread, 'median'> & Partial<Spread>;

/** A time as a comparison needs it. */
export type Timed = Pick<Result, 'group' | 'case' | 'contestant'> & { readonly ns: Figure };

/** What of a run a comparison needs. */
export interface Run {
  readonly machine: Pick<Machine, 'cpu' | 'cores' | 'node' | 'isas'>;
  readonly date: string;
  readonly command: string;
  readonly quick: boolean;
  readonly results: readonly Timed[];
}

type Pair = readonly [before: Timed, after: Timed];

/** @throws UsageError where the file is not what `--json` prints */
export function readRun(file: string, option = '--compare'): Run {
  let run: Partial<Run> | null;
  try {
    run = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`${option} needs what --json prints: received '${file}' (${(error as Error).message})`);
  }
  if (!Array.isArray(run?.results) || run.machine === undefined) {
    throw new UsageError(`${option} needs what --json prints: received '${file}', which has no results`);
  }
  return run as Run;
}

const keyOf = ({ group, case: name, contestant }: Timed): string => JSON.stringify([group, name, contestant]);

/** What no change of this code can move: loops by hand, bare reads and writes, an empty process. */
const REFERENCE = /^JS (doubles|fround|loop)|^(memory )?traffic|^bare |^the same, renamed$|^read$|^empty module$/;
/** By how much the references may differ before the machine is said to have changed. */
const STEADY = 1.05;

/**
 * What moved comes first; then a table for each group that both runs have. A time has moved where its quartiles lie apart
 * from those of the other run.
 */
export function comparisonOf(before: Run, after: Run): { notes: string[]; tables: Table[] } {
  const old = new Map(before.results.map((result) => [keyOf(result), result]));
  const pairs = after.results.flatMap((result): Pair[] => {
    const other = old.get(keyOf(result));
    return other === undefined ? [] : [[other, result]];
  });
  const groups = [...new Set(pairs.map(([, { group }]) => group))];
  const ofGroup = (group: string): Pair[] => pairs.filter(([, result]) => result.group === group);
  const moved = movedOf(pairs);
  return {
    notes: [
      `before: ${sourceOf(before)}`,
      `after: ${sourceOf(after)}`,
      ...warningsOf(before, after, pairs),
      ...summaryOf(pairs, isOneMachine(before, after)),
    ],
    tables: [
      ...(moved.length === 0 ? [] : [tableOf('what moved, most first', moved, true)]),
      ...groups.map((group) => tableOf(group, ofGroup(group), false)),
    ],
  };
}

const sourceOf = ({ date, command, machine }: Run): string =>
  `${date}, ${machine.cpu}, Node.js ${machine.node}: ${command}`;

function warningsOf(before: Run, after: Run, pairs: readonly Pair[]): string[] {
  const alone = before.results.length + after.results.length - 2 * pairs.length;
  const bare = pairs.filter((pair) => !isJudged(pair)).length;
  return [
    ...(isOneMachine(before, after) ? [] : ['These are two machines, whose times tell nothing of the code.']),
    ...(before.machine.node === after.machine.node ? [] : ['Node.js is of two versions.']),
    ...(before.quick || after.quick ? ['--quick gives rough numbers.'] : []),
    ...(before.quick === after.quick
      ? []
      : ['Only one run is --quick, whose short warm-up alone makes short steps slower.']),
    ...(alone > 0 ? [`Left out, since only one run has them: ${alone}.`] : []),
    ...(bare > 0 ? [`Not judged, since a run has no quartiles of them: ${bare}.`] : []),
  ];
}

function isOneMachine(before: Run, after: Run): boolean {
  const textOf = ({ machine: { cpu, cores, isas } }: Run): string => JSON.stringify([cpu, cores, [...isas].sort()]);
  return textOf(before) === textOf(after);
}

/** Counts what moved, and says whether the machine did. */
function summaryOf(pairs: readonly Pair[], oneMachine: boolean): string[] {
  if (pairs.length === 0) return ['Nothing to compare: the runs have no measurement in common.'];
  const ours = pairs.filter((pair) => !isReference(pair) && isJudged(pair));
  const verdicts = ours.map(verdictOf);
  const count = (verdict: string): number => verdicts.filter((one) => one === verdict).length;
  const counted = `slower: ${count('slower')}, faster: ${count('faster')}, within the noise: ${count('')}`;
  const summary =
    ours.length === 0 ? [] : [`Of ${ours.length} times of adamax, by the quartiles of both runs, ${counted}.`];
  const references = pairs.filter(isReference).map(ratioOf);
  if (references.length === 0) return summary;
  const { low, median, high } = spread(references);
  const range = `${formatRatio(median)} (${formatRatio(low)} … ${formatRatio(high)})`;
  const steady = median < STEADY && median > 1 / STEADY;
  const verdict = steady
    ? ': the machine is as it was'
    : ': the machine itself has moved, so measure again or look at ratios to them';
  return [
    ...summary,
    `Loops by hand and bare traffic, which no change of adamax moves, take ${range}${oneMachine ? verdict : ''}.`,
  ];
}

/** The pairs of ours that moved, those that moved most first. */
function movedOf(pairs: readonly Pair[]): Pair[] {
  const size = (pair: Pair): number => Math.abs(Math.log(ratioOf(pair)));
  const moved = pairs.filter((pair) => !isReference(pair) && verdictOf(pair) !== '');
  return moved.sort((a, b) => size(b) - size(a));
}

function tableOf(heading: string, pairs: readonly Pair[], named: boolean): Table {
  return {
    heading,
    columns: ['', 'before', 'after', 'after ÷ before', ''],
    rows: pairs.map((pair) => {
      const [before, after] = pair;
      return [
        `${named ? `${after.group}, ` : ''}${after.case}: ${after.contestant}`,
        formatTime(before.ns.median),
        formatTime(after.ns.median),
        formatRatio(ratioOf(pair)),
        verdictOf(pair),
      ];
    }),
  };
}

const isJudged = (pair: Pair): boolean => pair.every(({ ns }) => ns.low !== undefined);
const isReference = ([, { contestant }]: Pair): boolean => REFERENCE.test(contestant);
const ratioOf = ([before, after]: Pair): number => after.ns.median / before.ns.median;

function verdictOf([{ ns: before }, { ns: after }]: Pair): '' | 'slower' | 'faster' {
  const { low = Number.NaN, high = Number.NaN } = before; // no comparison with NaN holds
  if ((after.low ?? Number.NaN) > high) return 'slower';
  return (after.high ?? Number.NaN) < low ? 'faster' : '';
}
