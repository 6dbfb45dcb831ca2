/**
 * Saving and loading beside the bare calls that move as many bytes between memory and a file, in pieces of 1 MiB: in
 * one run, in turn, on a disk and, where there is one, on a file system in memory.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Adamax, Variable } from 'adamax';
import { fingerprint, load, loadAsync, save, saveAsync } from 'adamax/checkpoint';
import { sumSquares } from 'adamax/kernels';
import { formatBytes, formatRatio, formatTime } from './format.js';
import type { GroupReport, Result, Session, Table, Target } from './group.js';
import { availableMemory, memoryNeeded } from './machine.js';
import { now, Outcome } from './measure.js';
import { generator, shuffle } from './random.js';

const GROUP = 'checkpoint';
const MIB = 2 ** 20;
const PIECE = MIB;
/** Elements of each of the three arrays: 1 GB in all, and 48 MB. */
const ELEMENTS = 83_333_333;
const QUICK_ELEMENTS = 4_000_000;
const ROUNDS = 7;
const QUICK_ROUNDS = 3;
/** Milliseconds from one look at the event loop to the next. */
const RESOLUTION = 1;
const MEMORY = '/dev/shm';
/** Bytes that saving or loading may take beside the state. */
const MOST_ABOVE = 64 * MIB;

const WRITE = 'bare write + fsync';
const REPLACE = 'the same, renamed';
const READ = 'bare read';
const READ_NEW = 'bare read, new slots';
const LOAD_ONCE = 'load, verify: false';
const LOAD_NEW = 'load, new slots';
const LOAD_NEW_ASYNC = 'loadAsync, new slots';

/** Name and bare counterpart. */
const PAIRS = [
  ['save', WRITE],
  ['saveAsync', WRITE],
  [LOAD_NEW, READ_NEW],
  [LOAD_NEW_ASYNC, READ_NEW],
  ['load', READ],
  [LOAD_ONCE, READ],
  ['loadAsync', READ],
] as const;

interface State {
  readonly content: { readonly optimizer: Adamax; readonly variables: Variable[] };
  readonly arrays: readonly Float32Array[];
  readonly bytes: number;
}

interface Place {
  readonly folder: string;
  readonly outcome: Outcome;
  /** The most bytes of the process above those before a call, by contestant. */
  readonly above: ReadonlyMap<string, number>;
  /** The 99th percentile of the delay of the event loop, by contestant. */
  readonly delay: ReadonlyMap<string, number>;
}

export async function checkpoint({ quick, progress }: Session): Promise<GroupReport> {
  // New slots come beside the old ones.
  const elements = memoryNeeded(20 * ELEMENTS) > availableMemory() || quick ? QUICK_ELEMENTS : ELEMENTS;
  const state = stateOf(elements);
  const places: Place[] = [];
  for (const folder of [tmpdir(), MEMORY].filter(existsSync)) {
    places.push(await at(folder, state, quick ? QUICK_ROUNDS : ROUNDS, progress));
  }
  progress('fingerprint');
  const looks = await alternate(looksOf(state), quick ? QUICK_ROUNDS : ROUNDS, () => {});
  return {
    title: `Saving and loading ${(state.bytes / 1e9).toFixed(2)} GB of state: a variable and its two slots`,
    notes: [
      `bare: writeSync and fsync, readSync, of as many bytes in pieces of ${formatBytes(PIECE)}.`,
      'renamed: into a new file, which takes the place of the old one, as a save does it.',
      'new slots: as in a new process, slots are read into memory that was just allocated, by the bare call too.',
      'ratio: the rate of a call ÷ the rate of the bare one. What is read lies in the cache of the system.',
      'delay: the 99th percentile of how late a timer of 1 ms is. memory: the most resident bytes above those before.',
    ],
    tables: [...places.map((place) => tableOf(place, state)), looksTable(looks)],
    results: [
      ...places.flatMap(({ folder, outcome }) => resultsOf(folder, outcome, state)),
      ...resultsOf('memory', looks, state),
    ],
    ratios: places.flatMap(({ folder, outcome }) => {
      return PAIRS.map(([name, bare]) => {
        return { group: GROUP, case: folder, name: `${name} ÷ ${bare}`, value: outcome.ratio(bare, name) };
      });
    }),
    targets: places.flatMap(targetsOf),
  };
}

function stateOf(elements: number): State {
  const random = generator(1);
  const w = new Variable(new Float32Array(elements), { name: 'w' });
  const optimizer = new Adamax();
  optimizer.build([w]);
  const arrays = [w, optimizer.getSlot(w, 'm'), optimizer.getSlot(w, 'v')].map(({ data }) => data);
  for (const array of arrays) for (let i = 0; i < elements; i++) array[i] = random();
  return { content: { optimizer, variables: [w] }, arrays, bytes: 12 * elements };
}

interface Call {
  readonly name: string;
  run(): unknown;
}

async function at(parent: string, state: State, rounds: number, progress: Session['progress']): Promise<Place> {
  const folder = mkdtempSync(join(parent, 'adamax-bench-'));
  const above = new Map<string, number>();
  const delay = new Map<string, number>();
  try {
    const outcome = await alternate(callsOf(folder, state), rounds, (round) => progress(`${parent}, round ${round}`));
    // What looks at memory and the event loop costs time, so that these runs are not timed.
    for (const { name, run } of callsOf(folder, state, true)) {
      const seen = await watched(run);
      // New slots are state.
      above.set(name, seen.above - (name.endsWith('new slots') ? (2 / 3) * state.bytes : 0));
      delay.set(name, seen.delay);
    }
    return { folder: parent, outcome, above, delay };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param looks - whether calls look at the memory of the process after each piece */
function callsOf(folder: string, { content, arrays }: State, looks = false): Call[] {
  const [ours, bare] = [join(folder, 'state.safetensors'), join(folder, 'bare')];
  const [w] = arrays;
  const options = { ...content, ...(looks && { progress: () => look() }) };
  return [
    { name: WRITE, run: () => writeBare(bare, arrays) },
    { name: REPLACE, run: () => replaceBare(bare, arrays) },
    { name: 'save', run: () => save(ours, options) },
    { name: READ, run: () => readBare(bare, arrays) },
    { name: READ_NEW, run: () => readBare(bare, [w, new Float32Array(2 * w.length)]) },
    { name: LOAD_NEW, run: () => load(ours, { ...options, optimizer: new Adamax() }) },
    { name: LOAD_NEW_ASYNC, run: () => loadAsync(ours, { ...options, optimizer: new Adamax() }) },
    { name: 'load', run: () => load(ours, options) },
    { name: LOAD_ONCE, run: () => load(ours, { ...options, verify: false }) },
    { name: 'saveAsync', run: () => saveAsync(ours, options) },
    { name: 'loadAsync', run: () => loadAsync(ours, options) },
  ];
}

function writeBare(path: string, arrays: readonly Float32Array[]): void {
  const fd = openSync(path, 'w');
  for (const { buffer, byteOffset, byteLength } of arrays) {
    for (let done = 0; done < byteLength; ) {
      done += writeSync(fd, new Uint8Array(buffer, byteOffset + done, Math.min(PIECE, byteLength - done)));
    }
  }
  fsyncSync(fd);
  closeSync(fd);
}

/** A new file beside the old one, as a save has to write it: the old one stays until the new one is whole. */
function replaceBare(path: string, arrays: readonly Float32Array[]): void {
  writeBare(`${path}.tmp`, arrays);
  renameSync(`${path}.tmp`, `${path}.renamed`);
}

/** Reads into the memory that is loaded into: somebody has to write there. */
function readBare(path: string, arrays: readonly Float32Array[]): void {
  const fd = openSync(path, 'r');
  for (const { buffer, byteOffset, byteLength } of arrays) {
    for (let done = 0; done < byteLength; ) {
      done += readSync(fd, new Uint8Array(buffer, byteOffset + done, Math.min(PIECE, byteLength - done)));
    }
  }
  closeSync(fd);
}

function looksOf({ content, arrays }: State): Call[] {
  return [
    { name: 'fingerprint', run: () => fingerprint(content) },
    {
      name: 'sumSquares',
      run() {
        for (const array of arrays) sumSquares(array);
      },
    },
  ];
}

/**
 * All calls in turn, round after round; the first round does not count. The order is another each time, but writes come
 * first.
 */
async function alternate(calls: readonly Call[], rounds: number, tell: (round: number) => void): Promise<Outcome> {
  const random = generator(1);
  const samples = calls.map(() => [] as number[]);
  const order = calls.map((_, i) => i);
  for (let round = 0; round <= rounds; round++) {
    tell(round);
    if (round > 0) shuffle(order, random);
    for (const i of order) {
      globalThis.gc?.();
      const start = now();
      await calls[i].run();
      if (round > 0) samples[i].push(now() - start);
    }
  }
  return new Outcome(calls.map(({ name }, i) => ({ name, samples: samples[i] })));
}

let most = 0;
function look(): void {
  most = Math.max(most, process.memoryUsage.rss());
}

async function watched(run: () => unknown): Promise<{ above: number; delay: number }> {
  // The first lets go of buffers, the second waits until they are gone.
  for (let k = 0; k < 2; k++) globalThis.gc?.();
  const before = process.memoryUsage.rss();
  most = before;
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION });
  histogram.enable();
  await run();
  histogram.disable();
  look();
  return { above: most - before, delay: Math.max(0, histogram.percentile(99) - RESOLUTION * 1e6) };
}

function tableOf({ folder, outcome, above, delay }: Place, { bytes }: State): Table {
  const rows = outcome.names.map((name) => {
    const bare = PAIRS.find(([ours]) => ours === name)?.[1];
    const ns = outcome.time(name).median;
    return [
      name,
      formatTime(ns),
      (bytes / ns).toFixed(2),
      bare === undefined ? '' : formatRatio(outcome.ratio(bare, name).median),
      name.includes('Async') ? formatTime(delay.get(name) ?? 0) : '',
      bare === undefined ? '' : `${((above.get(name) ?? 0) / MIB).toFixed(1)} MiB`,
    ];
  });
  return { heading: `files in ${folder}`, columns: ['', 'time', 'GB/s', 'ratio', 'delay', 'memory'], rows };
}

function looksTable(looks: Outcome): Table {
  const row = looks.names.map((name) => formatTime(looks.time(name).median));
  return {
    heading: 'fingerprint beside a plain read of the same memory by one core',
    columns: [...looks.names, 'ratio'],
    rows: [[...row, formatRatio(looks.ratio('sumSquares', 'fingerprint').median)]],
  };
}

function resultsOf(name: string, outcome: Outcome, { bytes }: State): Result[] {
  return outcome.names.map((contestant) => {
    const ns = outcome.time(contestant);
    const rounds = outcome.samples(contestant).length;
    return { group: GROUP, case: name, contestant, ns, rounds, gbPerSecond: bytes / ns.median };
  });
}

function targetsOf({ folder, outcome, above }: Place): Target[] {
  const rates = PAIRS.filter(([name]) => !name.includes('Async')).map(([name, bare]): Target => {
    const measured = outcome.ratio(bare, name).median;
    return { what: `${name} ÷ ${bare}, ${folder}`, measured, bound: 0.8, sense: 'at least', unit: '×' };
  });
  const memory = PAIRS.map(([name]): Target => {
    const measured = Number(((above.get(name) ?? 0) / MIB).toFixed(1));
    return { what: `memory of ${name}, ${folder}`, measured, bound: MOST_ABOVE / MIB, sense: 'at most', unit: ' MiB' };
  });
  return [...rates, ...memory];
}
