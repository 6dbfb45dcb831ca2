/** Finds figures in the runs that are kept: by processor, the newest run that has them. */
import { digits, formatTime } from '../format.js';
import type { KeptRun } from './kept.js';
import { PROCESSORS } from './processors.js';

export const NONE = '–';

/** What was measured of one group on one processor. */
export class Figures {
  readonly run: KeptRun;
  readonly #group: string;

  constructor(run: KeptRun, group: string) {
    this.run = run;
    this.#group = group;
  }

  get processor(): string {
    return this.run.processor;
  }

  /** Nanoseconds, or undefined where that was not measured. */
  time(name: string, contestant: string): number | undefined {
    return this.run.results.find(
      (one) => one.group === this.#group && one.case === name && one.contestant === contestant,
    )?.ns.median;
  }

  /** The median of the ratios within rounds, else the ratio of the medians, where one of both was measured. */
  ratio(name: string, a: string, b: string): number | undefined {
    const within = this.named(name, `${a} ÷ ${b}`);
    if (within !== undefined) return within;
    const [above, below] = [this.time(name, a), this.time(name, b)];
    return above === undefined || below === undefined ? undefined : above / below;
  }

  named(name: string, ratio: string): number | undefined {
    return this.run.ratios.find((one) => one.group === this.#group && one.case === name && one.name === ratio)?.value
      .median;
  }

  /** @param start - how the text of the target begins */
  target(start: string): number | undefined {
    return this.run.targets.find(({ what }) => what.startsWith(start))?.measured;
  }

  cases(): string[] {
    const of = this.run.results.filter(({ group }) => group === this.#group);
    return [...new Set(of.map((one) => one.case))];
  }
}

/** The newest run of each processor that has the group, in the order of the columns. */
export function figuresOf(runs: readonly KeptRun[], group: string): Figures[] {
  return PROCESSORS.flatMap(({ name }) => {
    const found = runs.find(
      (run) => run.processor === name && [...run.results, ...run.ratios].some((one) => one.group === group),
    );
    return found === undefined ? [] : [new Figures(found, group)];
  });
}

/** Says of each column when and by which command it was measured. */
export function sourceOf(figures: readonly Figures[]): string {
  const sources = figures.map(({ run }) => `${run.processor}: ${run.date.slice(0, 10)}, \`${run.command}\``);
  return `${sources.join('; ')}.`;
}

export function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  const widths = columns.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i].length)));
  return [line(columns), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** Figures that were published with two digits are not to look as if they had three. */
const withoutZeros = (text: string): string => text.replace(/(\.\d*?)0+(?=\D|$)/, '$1').replace(/\.(?=\D|$)/, '');

export const timeText = (ns: number | undefined): string => (ns === undefined ? NONE : withoutZeros(formatTime(ns)));

export function ratioText(ratio: number | undefined): string {
  if (ratio === undefined) return NONE;
  return withoutZeros(ratio < 1 ? ratio.toFixed(2) : digits(ratio));
}
