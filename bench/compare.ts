/** Two runs beside each other: `--compare`. Each was written by `--json`. */
import { readFileSync } from 'node:fs';
import { formatRatio, formatTime } from './format.js';
import type { Result, Table } from './group.js';
import type { Machine } from './machine.js';
import { UsageError } from './options.js';

/** What of a run a comparison needs. */
export interface Run {
  readonly machine: Machine;
  readonly date: string;
  readonly command: string;
  readonly quick: boolean;
  readonly results: readonly Result[];
}

/** @throws UsageError where the file is not what `--json` prints */
export function readRun(file: string): Run {
  let run: Partial<Run> | null;
  try {
    run = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`--compare needs what --json prints: received '${file}' (${(error as Error).message})`);
  }
  if (!Array.isArray(run?.results) || run.machine === undefined) {
    throw new UsageError(`--compare needs what --json prints: received '${file}', which has no results`);
  }
  return run as Run;
}

const keyOf = ({ group, case: name, contestant }: Result): string => JSON.stringify([group, name, contestant]);

/**
 * A table for each group that both runs have. A time is called faster or slower only where its quartiles lie apart from
 * those of the other run.
 */
export function comparisonOf(before: Run, after: Run): { notes: string[]; tables: Table[] } {
  const old = new Map(before.results.map((result) => [keyOf(result), result]));
  const pairs = after.results.flatMap((result): [Result, Result][] => {
    const other = old.get(keyOf(result));
    return other === undefined ? [] : [[other, result]];
  });
  const groups = [...new Set(pairs.map(([, { group }]) => group))];
  return {
    notes: [`before: ${sourceOf(before)}`, `after: ${sourceOf(after)}`, ...warningsOf(before, after, pairs.length)],
    tables: groups.map((group) =>
      tableOf(
        group,
        pairs.filter(([, result]) => result.group === group),
      ),
    ),
  };
}

const sourceOf = ({ date, command, machine }: Run): string =>
  `${date}, ${machine.cpu}, Node.js ${machine.node}: ${command}`;

function warningsOf(before: Run, after: Run, both: number): string[] {
  const alone = before.results.length + after.results.length - 2 * both;
  return [
    ...(before.machine.cpu === after.machine.cpu
      ? []
      : ['These are two machines, whose times tell nothing of the code.']),
    ...(before.quick || after.quick ? ['--quick gives rough numbers.'] : []),
    ...(alone > 0 ? [`Left out, since only one run has them: ${alone}.`] : []),
  ];
}

function tableOf(group: string, pairs: readonly [Result, Result][]): Table {
  return {
    heading: group,
    columns: ['', 'before', 'after', 'after ÷ before', ''],
    rows: pairs.map(([before, after]) => [
      `${after.case}: ${after.contestant}`,
      formatTime(before.ns.median),
      formatTime(after.ns.median),
      formatRatio(after.ns.median / before.ns.median),
      verdictOf(before, after),
    ]),
  };
}

function verdictOf(before: Result, after: Result): string {
  if (after.ns.low > before.ns.high) return 'slower';
  return after.ns.high < before.ns.low ? 'faster' : '';
}
