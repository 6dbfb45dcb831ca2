/** What a run tells of itself: counts, progress and findings. */
import type { Isa } from 'adamax/kernels';
import { short } from './faults.js';
import { nameOf } from './origin.js';
import type { Finding, Tally } from './run-world.js';

const SECONDS_BETWEEN = 10;

/** Counts calls, by implementation and by kind, with what became of them. */
export class Counts implements Tally {
  readonly #byIsa = new Map<string, number>();
  readonly #byKind = new Map<string, Map<string, number>>();
  readonly #begin = Date.now();
  #last = Date.now();
  total = 0;

  count(isa: Isa, kind: string, outcome: string): void {
    this.total++;
    this.#byIsa.set(isa, (this.#byIsa.get(isa) ?? 0) + 1);
    let outcomes = this.#byKind.get(kind);
    if (outcomes === undefined) {
      outcomes = new Map();
      this.#byKind.set(kind, outcomes);
    }
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }

  get seconds(): number {
    return (Date.now() - this.#begin) / 1000;
  }

  /** A line now and then. */
  progress(print: (line: string) => void): void {
    if (Date.now() - this.#last < 1000 * SECONDS_BETWEEN) return;
    this.#last = Date.now();
    print(`${this.seconds.toFixed(0)} s: ${this.total} calls, ${this.#refused()} refused`);
  }

  #refused(): number {
    let sum = 0;
    for (const outcomes of this.#byKind.values()) {
      for (const [outcome, count] of outcomes) if (outcome.startsWith('ERR_')) sum += count;
    }
    return sum;
  }

  toString(): string {
    const byIsa = [...this.#byIsa].map(([isa, count]) => `${isa} ${count}`).join(', ');
    const byKind = [...this.#byKind].map(([kind, outcomes]) => {
      const list = [...outcomes].sort((a, b) => b[1] - a[1]).map(([outcome, count]) => `${short(outcome)} ${count}`);
      return `  ${kind}: ${list.join(', ')}`;
    });
    return [`${this.total} calls in ${this.seconds.toFixed(0)} s: ${byIsa}`, ...byKind.sort()].join('\n');
  }
}

/** @param smaller - the same with fewer calls */
export function describeFinding(finding: Finding, smaller: Finding): string {
  const name = nameOf(finding.origin);
  return [
    `world ${name}, call ${finding.made[finding.made.length - 1]}: ${finding.kind}`,
    `    ${finding.message}`,
    'the last calls:',
    ...finding.trace.slice(-12).map((line) => `    ${line}`),
    `as few calls as will do (${smaller.made.length} of ${finding.made.length}):`,
    ...smaller.trace.map((line) => `    ${line}`),
    `    ${smaller.message.split('\n')[0]}`,
    `replay: npm run fuzz -- --world ${name}`,
    `        npm run fuzz -- --world ${name} --only ${smaller.made.join(',')}`,
  ].join('\n');
}
