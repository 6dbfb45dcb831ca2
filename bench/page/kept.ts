/**
 * Runs that are kept in bench/runs: what `--json` printed, less what neither the page nor a comparison needs. They say of
 * the machine no more than its processor, its cores, and what Node.js ran.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Figure, Run, Timed } from '../compare.js';
import type { Ratio, Target } from '../group.js';
import { processorOf } from './processors.js';

export const RUNS = fileURLToPath(new URL('../../../bench/runs/', import.meta.url));

export interface KeptRatio extends Pick<Ratio, 'group' | 'case' | 'name'> {
  readonly value: Figure;
}

export interface KeptTarget extends Omit<Target, 'remark'> {
  readonly met: boolean;
}

/** What `--json` prints. */
export interface PrintedRun extends Run {
  readonly ratios: readonly KeptRatio[];
  readonly targets: readonly KeptTarget[];
}

export interface KeptRun extends PrintedRun {
  /** The name of a column. */
  readonly processor: string;
  /** What one should know of the figures. */
  readonly remark?: string;
}

/** @param processor - the name of a column: what the operating system calls a processor often leaves out its generation */
export function keep(run: PrintedRun, processor: string): KeptRun {
  const { cpu, cores, node, isas } = run.machine;
  return {
    processor: processorOf(processor).name,
    machine: { cpu, cores, node, isas },
    date: run.date,
    command: run.command,
    quick: run.quick,
    results: run.results.map(({ group, case: name, contestant, ns }): Timed => {
      return { group, case: name, contestant, ns: rounded(ns) };
    }),
    ratios: run.ratios.map(({ group, case: name, name: what, value }) => {
      return { group, case: name, name: what, value: rounded(value) };
    }),
    targets: run.targets.map(({ what, measured, bound, sense, unit, met }) => {
      return { what, measured: fourDigits(measured), bound, sense, unit, met };
    }),
  };
}

/** The date, the processor and, where a run was of some groups only, those. */
export function fileNameOf({ date, processor, command }: Pick<KeptRun, 'date' | 'processor' | 'command'>): string {
  const groups = [...command.matchAll(/--only (\w+)|--(peers)/g)].map(([, only, peers]) => only ?? peers);
  const slug = [processor, ...groups].join('-').toLowerCase().replaceAll(' ', '-');
  return `${date.slice(0, 10)}-${slug}.json`;
}

/** A line for each figure, so that two runs can be compared by their lines. */
export function formatKept(run: KeptRun): string {
  const { results, ratios, targets, ...head } = run;
  const list = (items: readonly object[]): string => {
    return items.length === 0 ? '[]' : `[\n${items.map((item) => `    ${JSON.stringify(item)}`).join(',\n')}\n  ]`;
  };
  const fields = Object.entries(head).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  const lists = Object.entries({ results, ratios, targets }).map(([key, items]) => `  "${key}": ${list(items)}`);
  return `{\n${[...fields, ...lists].join(',\n')}\n}\n`;
}

/** @returns the file that it wrote */
export function writeKept(run: KeptRun): string {
  const file = join(RUNS, fileNameOf(run));
  writeFileSync(file, formatKept(run));
  return file;
}

/** @returns all runs that are kept, the newest first */
export function readKept(): KeptRun[] {
  const files = readdirSync(RUNS).filter((name) => name.endsWith('.json'));
  const runs = files.map((name): KeptRun => JSON.parse(readFileSync(join(RUNS, name), 'utf8')));
  return runs.sort((a, b) => b.date.localeCompare(a.date) || fileNameOf(a).localeCompare(fileNameOf(b)));
}

function rounded({ low, median, high }: Figure): Figure {
  if (low === undefined || high === undefined) return { median: fourDigits(median) };
  return { low: fourDigits(low), median: fourDigits(median), high: fourDigits(high) };
}

const fourDigits = (x: number): number => Number(x.toPrecision(4));
