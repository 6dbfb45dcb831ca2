/** Sums by an engine alone: how their time grows with their length, and what that makes of many machines. */
import { formatBytes, formatCount, formatRatio, formatTime } from '../format.js';
import { type GroupReport, resultsOf, type Session, type Table } from '../group.js';
import type { Outcome } from '../measure.js';
import { exchangeTime, fitted, type Line, NETWORKS, type Network } from './model.js';
import { GROUP, outcomeOf, paceOf } from './outcome.js';
import { type Engine, replicas } from './replicas.js';

/** Elements: from 1 KiB to 64 MiB. */
const LENGTHS = Array.from({ length: 9 }, (_, i) => 2 ** (8 + 2 * i));
const COUNTS = [2, 4];
const MANY = [2, 8, 16, 32, 64, 128, 256, 512, 1024];
/** Parameters of the model that is reckoned with. */
const PARAMETERS = 2 ** 24;

interface Race {
  readonly engine: Engine;
  readonly count: number;
  readonly outcome: Outcome;
  readonly line: Line;
}

/** @param plain - nanoseconds of a plain step of an element */
export async function measureNetwork(
  session: Session,
  engines: readonly Engine[],
  plain: number,
): Promise<GroupReport> {
  const lengths = session.quick ? LENGTHS.slice(0, -2) : LENGTHS;
  const races: Race[] = [];
  for (const engine of engines) {
    for (const count of COUNTS) {
      session.progress(`sums of ${count} ${engine}`);
      const task = { kind: 'sums', lengths, pace: paceOf(session) } as const;
      const outcome = outcomeOf(await replicas(engine, count, task));
      const points = lengths.map((length) => [4 * length, outcome.time(String(length)).median] as const);
      races.push({ engine, count, outcome, line: fitted(points) });
    }
  }
  const [first] = races;
  const here: Network = { name: `as here, ${first.count} ${first.engine}`, ...messagesOf(first) };
  return {
    title: 'sums',
    notes: [],
    tables: [sumsOf(races, lengths), linesOf(races), modelOf([...NETWORKS, here], plain * PARAMETERS)],
    results: races.flatMap(({ engine, count, outcome }) => resultsOf(GROUP, `sums, ${count} ${engine}`, outcome)),
    ratios: [],
    targets: [],
  };
}

const titleOf = ({ engine, count }: Race): string => `${count} ${engine}`;

function sumsOf(races: readonly Race[], lengths: readonly number[]): Table {
  return {
    heading: 'a sum over all replicas',
    columns: ['', ...races.map(titleOf)],
    rows: lengths.map((length) => [
      formatBytes(4 * length),
      ...races.map(({ outcome }) => formatTime(outcome.time(String(length)).median)),
    ]),
  };
}

/** What a line says of the messages that a replica sends: their number and their bytes are known. */
function messagesOf({ count, line }: Race): { message: number; byte: number } {
  return { message: line.start / (2 * (count - 1)), byte: (line.slope * count) / (2 * (count - 1)) };
}

function linesOf(races: readonly Race[]): Table {
  return {
    heading: 'the line through these times, and what it makes of one of the 2 (n − 1) messages',
    columns: ['', 'start', 'a MiB', 'α: a message', 'β: a byte sent'],
    rows: races.map((race) => {
      const { message, byte } = messagesOf(race);
      const { start, slope } = race.line;
      return [titleOf(race), formatTime(start), formatTime(slope * 2 ** 20), formatTime(message), formatTime(byte)];
    }),
  };
}

function modelOf(networks: readonly Network[], step: number): Table {
  return {
    heading: `reckoned, not measured: sums of ${formatCount(PARAMETERS)} parameters between n machines, and ÷ a step of ${formatTime(step)}`,
    columns: ['n', ...networks.flatMap(({ name }) => [name, '÷ step'])],
    rows: [
      ...MANY.map((n) => [
        String(n),
        ...networks.flatMap((network) => {
          const time = exchangeTime(network, n, 4 * PARAMETERS);
          return [formatTime(time), formatRatio(time / step)];
        }),
      ]),
      [
        'longer than a step from',
        ...networks.flatMap((network) => {
          const first = MANY.find((n) => exchangeTime(network, n, 4 * PARAMETERS) > step);
          return ['', first === undefined ? 'none' : `n = ${first}`];
        }),
      ],
    ],
  };
}
