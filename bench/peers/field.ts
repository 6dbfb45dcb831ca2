/**
 * The contestants of a run with so many threads. They are started when first needed, checked, laid out, raced and
 * ended.
 */
import { digits } from '../format.js';
import { availableMemory } from '../machine.js';
import { Outcome } from '../measure.js';
import type { Case } from './cases.js';
import { commandOf, commandOfLocal, howToInstall, isInstalled, RIVALS, type Rival } from './catalog.js';
import { checkOf, faultOf } from './check.js';
import { heatsOf } from './heats.js';
import { type Layout, type Params, Refusal, type Timed } from './protocol.js';
import { type Entrant, type Pace, raceWorkers } from './race.js';
import { JS, OURS, TRAFFIC } from './run.js';
import { Worker } from './worker.js';

/**
 * A case of more elements is large. Processes end after it, since not all give memory back, and very slow steps are
 * left out of it.
 */
const LARGE = 2 ** 25;
const FLOAT = 4;
/** Arrays of a table's size: p, m, u, and what one of them is made from. */
const TABLE_COPIES = 4;
/** Bytes that are left to others. */
const RESERVE = 1e9;
/** Bytes of a library itself. */
const LIBRARY = 0.4e9;

export class Field {
  readonly threads: number;
  /** Versions of the contestants that took part, by name. */
  readonly versions = new Map<string, string>();
  /** Contestants that did not take part, by where and why. */
  readonly skipped = new Map<string, Set<string>>();
  readonly #pace: Pace;
  /** A step that is expected to take longer is left out. */
  readonly #longest: number;
  readonly #progress: (text: string) => void;
  readonly #workers = new Map<string, Worker>();
  readonly #refused = new Set<string>();
  /** Nanoseconds per element in the case before. */
  readonly #speed = new Map<string, number>();
  /** Threads that our own steps are taken by. */
  ownThreads = 1;

  constructor(threads: number, pace: Pace, longest: number, progress: (text: string) => void) {
    this.threads = threads;
    this.#pace = pace;
    this.#longest = longest;
    this.#progress = progress;
  }

  async run(one: Case): Promise<Outcome> {
    const ours = await this.#local(one);
    const free = availableMemory() - RESERVE;
    const rivals = RIVALS.filter((rival) => this.#enters(rival, one));
    const { heats, tooLarge } = heatsOf(rivals, (rival) => bytesOf(rival, one), free);
    for (const { name } of tooLarge) this.#skip(name, `no memory (${digits(free / 1e9)} GB free)`, one);
    const outcomes: Outcome[] = [];
    for (const heat of heats.length > 0 ? heats : [[]]) {
      const guests: [Rival, Worker][] = [];
      for (const rival of heat) {
        this.#progress(`${rival.name}: ${one.name}, ${this.#threadsText}`);
        const worker = await this.#open(rival, one);
        if (worker !== null) guests.push([rival, worker]);
      }
      this.#progress(`${one.name}, ${this.#threadsText}: ${[OURS, ...guests.map(([{ name }]) => name)].join(', ')}`);
      const entrants = [...ours, ...guests.map(([{ name }, worker]) => entrantOf(name, worker))];
      const failed = (name: string, error: unknown): void => this.#fail(name, error, one);
      outcomes.push(await raceWorkers(entrants, [OURS, TRAFFIC], this.#pace, failed));
      for (const [rival, worker] of guests) await this.#release(rival.name, worker, one);
    }
    const local = this.#workers.get(OURS);
    if (local !== undefined) await this.#release(OURS, local, one);
    const outcome = Outcome.joined(outcomes);
    for (const name of outcome.names) this.#speed.set(name, outcome.time(name).median / one.elements);
    return outcome;
  }

  async end(): Promise<void> {
    await Promise.all([...this.#workers.values()].map((worker) => worker.end()));
    this.#workers.clear();
  }

  async #local(one: Case): Promise<Entrant[]> {
    this.#progress(`${OURS}: ${one.name}, ${this.#threadsText}`);
    const worker = this.#workers.get(OURS) ?? (await Worker.start(commandOfLocal(this.threads)));
    if (!this.#workers.has(OURS)) {
      this.#workers.set(OURS, worker);
      this.versions.set(OURS, worker.greeting.version);
      this.ownThreads = worker.greeting.threads ?? 1;
      for (const rows of [false, true]) await checkWorker(worker, rows);
    }
    const { lanes } = await worker.request<{ lanes: string[] }>({ open: layoutOf(one) });
    // a loop in JavaScript has one thread, so it is compared with one thread only
    return lanes.filter((lane) => lane !== JS || this.threads === 1).map((lane) => entrantOf(lane, worker, lane));
  }

  #enters(rival: Rival, one: Case): boolean {
    const { name } = rival;
    if (this.#refused.has(name) || (this.threads > 1 && !rival.threads)) return false;
    if (one.rows !== undefined && rival.rows !== true) {
      this.#skip(name, `rows of a table: ${rival.rows}`);
      return false;
    }
    if (!isInstalled(rival)) {
      this.#refused.add(name);
      this.#skip(name, `not installed (${howToInstall(rival)})`);
      return false;
    }
    const expected = (this.#speed.get(name) ?? 0) * one.elements;
    if (one.elements > LARGE && expected > this.#longest) {
      this.#skip(name, `a step would take some ${digits(expected / 1e9)} s`, one);
      return false;
    }
    return true;
  }

  async #open(rival: Rival, one: Case): Promise<Worker | null> {
    let worker = this.#workers.get(rival.name);
    try {
      if (worker === undefined) {
        worker = await Worker.start(commandOf(rival, this.threads));
        this.#workers.set(rival.name, worker);
        if (rival.rule === undefined && !this.versions.has(rival.name)) {
          await checkWorker(worker, false);
          if (rival.rows === true) await checkWorker(worker, true);
        }
        this.versions.set(rival.name, worker.greeting.version);
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#refused.add(rival.name);
      this.versions.delete(rival.name);
      this.#skip(rival.name, `${error.message} (${howToInstall(rival)})`);
      await this.#drop(rival.name);
      return null;
    }
    try {
      await worker.request({ open: layoutOf(one) });
      return worker;
    } catch (error) {
      this.#fail(rival.name, error, one);
      await this.#drop(rival.name);
      return null;
    }
  }

  /** A process that failed has state that nobody knows: the next case gets a new one. */
  async #release(name: string, worker: Worker, one: Case): Promise<void> {
    if (one.held > LARGE) return this.#drop(name);
    try {
      await worker.request({ close: true });
    } catch {
      await this.#drop(name);
    }
  }

  async #drop(name: string): Promise<void> {
    await this.#workers.get(name)?.end();
    this.#workers.delete(name);
  }

  #fail(name: string, error: unknown, one: Case): void {
    if (!(error instanceof Refusal)) throw error;
    this.#skip(name, error.message, one);
  }

  #skip(name: string, why: string, one?: Case): void {
    const line = one === undefined ? why : `${one.name}, ${this.#threadsText}: ${why}`;
    this.skipped.set(line, (this.skipped.get(line) ?? new Set()).add(name));
  }

  get #threadsText(): string {
    return this.threads === 1 ? '1 thread' : `${this.threads} threads`;
  }
}

function layoutOf({ shapes, rows }: Case): Layout {
  return rows === undefined ? { shapes } : { shapes, rows };
}

/** Bytes that a rival takes at its worst moment. */
function bytesOf(rival: Rival, one: Case): number {
  const copies = one.rows === undefined ? rival.copies : TABLE_COPIES;
  return 1.1 * copies * one.held * FLOAT + LIBRARY;
}

function entrantOf(name: string, worker: Worker, lane?: string): Entrant {
  return {
    name,
    run: async (run, before) => (await worker.request<Timed>({ run, before, ...(lane ? { lane } : {}) })).ns,
  };
}

/** @throws Refusal where the worker takes another step */
async function checkWorker(worker: Worker, rows: boolean): Promise<void> {
  const check = checkOf(rows);
  const { params } = await worker.request<Params>({ check });
  const fault = faultOf(check, params);
  if (fault !== null) throw new Refusal(fault);
}
