/**
 * The digest of memory beside a plain read of the same memory by one core: the sum of squares on the best
 * implementation, which is bound by its reads.
 */
import { availableIsa, type Isa, isa, setIsa, sumSquares } from 'adamax/kernels';
import { backend } from '#internals';
import { digits, formatBytes, formatRatio } from './format.js';
import type { GroupReport, Ratio, Result, Session, Table, Target } from './group.js';
import { type Contestant, type Outcome, race, type Spread } from './measure.js';
import { generator } from './random.js';

const GROUP = 'digest';
const MIB = 2 ** 20;
const SIZES = [4, 16, 64, 256].map((size) => size * MIB);
const QUICK_SIZES = [4 * MIB, 64 * MIB];
const READ = 'read';
/** Those whose vectors have a multiplication of 32 bits. */
const WIDE: readonly Isa[] = ['avx2', 'avx512', 'neon'];

const digestBy = (name: Isa): string => `digest, ${name}`;

export function digest({ quick, effort, progress }: Session): GroupReport {
  const best = isa();
  const names = [...availableIsa()].reverse();
  const sizes = quick ? QUICK_SIZES : SIZES;
  const outcomes = sizes.map((bytes) => {
    progress(`digest of ${formatBytes(bytes)}`);
    return race(contestants(names, best, bytes), effort);
  });
  setIsa(best);
  return {
    title: `Digest of memory, one thread; ${READ}: the sum of squares, ${best}`,
    notes: [`ratio: the rate of a digest ÷ the rate of ${READ} of the same memory.`],
    tables: [table('GB/s', names, sizes, outcomes), ratiosTable(names, sizes, outcomes)],
    results: outcomes.flatMap((outcome, i) => resultsOf(outcome, sizes[i])),
    ratios: outcomes.flatMap((outcome, i) => names.map((name) => ratioOf(outcome, name, sizes[i]))),
    targets: outcomes.flatMap((outcome, i) => {
      return names.filter((name) => WIDE.includes(name)).map((name) => targetOf(outcome, name, sizes[i]));
    }),
  };
}

function contestants(names: readonly Isa[], best: Isa, bytes: number): Contestant[] {
  const words = filled(bytes);
  const floats = new Float32Array(words.buffer);
  const lanes = new Uint32Array(64);
  const digests = names.map((name): Contestant => {
    return {
      name: digestBy(name),
      prepare: () => setIsa(name),
      run(times) {
        const { digest } = backend();
        for (let i = 0; i < times; i++) digest(lanes, words);
      },
    };
  });
  const read: Contestant = {
    name: READ,
    prepare: () => setIsa(best),
    run(times) {
      for (let i = 0; i < times; i++) sumSquares(floats);
    },
  };
  return [read, ...digests];
}

/** Numbers in [1, 2), as bits. */
function filled(bytes: number): Uint32Array {
  const random = generator(1);
  const words = new Uint32Array(bytes / 4);
  for (let i = 0; i < words.length; i++) words[i] = 0x3f800000 + Math.floor(random() * 2 ** 23);
  return words;
}

/** The rate of a digest as a share of that of the read. */
const share = (outcome: Outcome, name: Isa): Spread => outcome.ratio(READ, digestBy(name));

function ratioOf(outcome: Outcome, name: Isa, bytes: number): Ratio {
  return { group: GROUP, case: formatBytes(bytes), name: `${digestBy(name)} ÷ ${READ}`, value: share(outcome, name) };
}

function resultsOf(outcome: Outcome, bytes: number): Result[] {
  return outcome.names.map((contestant) => {
    const ns = outcome.time(contestant);
    const rounds = outcome.samples(contestant).length;
    return { group: GROUP, case: formatBytes(bytes), contestant, ns, rounds, gbPerSecond: bytes / ns.median };
  });
}

function table(heading: string, names: readonly Isa[], sizes: readonly number[], outcomes: readonly Outcome[]): Table {
  const rows = [READ, ...names.map(digestBy)].map((name) => {
    return [name, ...outcomes.map((outcome, i) => digits(sizes[i] / outcome.time(name).median))];
  });
  return { heading, columns: ['', ...sizes.map(formatBytes)], rows };
}

function ratiosTable(names: readonly Isa[], sizes: readonly number[], outcomes: readonly Outcome[]): Table {
  const rows = names.map((name) => {
    return [name, ...outcomes.map((outcome) => formatRatio(share(outcome, name).median))];
  });
  return { heading: 'ratio', columns: ['', ...sizes.map(formatBytes)], rows };
}

function targetOf(outcome: Outcome, name: Isa, bytes: number): Target {
  const what = `${digestBy(name)} ÷ ${READ}, ${formatBytes(bytes)}`;
  return { what, measured: share(outcome, name).median, bound: 0.5, sense: 'at least', unit: '×' };
}
