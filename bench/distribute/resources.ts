/** What replicas take beside time: memory of state, and the event loop. */
import { digits, formatCount, formatRatio, formatTime } from '../format.js';
import type { GroupReport, Session, Table, Target } from '../group.js';
import { type Engine, replicas } from './replicas.js';
import { DELAYS, type Reports } from './tasks/task.js';

const LARGE = 2 ** 24;
const QUICK_LARGE = 2 ** 22;
const WATCHED = 4000;
const QUICK_WATCHED = 700;
const COUNT = 2;

interface Watch {
  readonly engine: Engine;
  readonly reports: readonly Reports['delays'][];
}

export async function measureResources(session: Session, engines: readonly Engine[]): Promise<GroupReport> {
  const { quick, progress } = session;
  const elements = quick ? QUICK_LARGE : LARGE;
  const watches: Watch[] = [];
  for (const engine of engines) {
    progress(`the event loop of ${COUNT} ${engine}`);
    const task = { kind: 'delays', elements, milliseconds: quick ? QUICK_WATCHED : WATCHED } as const;
    watches.push({ engine, reports: await replicas(engine, COUNT, task) });
  }
  const memory = engines.includes('processes') ? await memoryOf(elements, progress) : null;
  return {
    title: 'memory and the event loop',
    notes: ['delay: how late a timer of 1 ms was, by monitorEventLoopDelay of Node.js; of the later replica.'],
    tables: [...watches.map((watch) => delaysOf(watch, elements)), ...(memory === null ? [] : [memory.table])],
    results: [],
    ratios: [],
    targets: [
      ...watches.map((watch): Target => {
        const what = `p99 of the delay, ${COUNT} ${watch.engine}, ${DELAYS.steps}`;
        return { what, measured: worst(watch, DELAYS.steps, 'p99') / 1e6, bound: 3, sense: 'below', unit: 'ms' };
      }),
      ...(memory === null ? [] : [memory.target]),
    ],
  };
}

function worst({ reports }: Watch, what: string, value: 'p50' | 'p99' | 'most' | 'steps'): number {
  return Math.max(...reports.map((report) => report[what][value]));
}

function delaysOf(watch: Watch, elements: number): Table {
  return {
    heading: `delay of the event loop, ${formatCount(elements)} parameters, ${COUNT} ${watch.engine}`,
    columns: ['', 'median', 'p99', 'longest', 'steps taken'],
    rows: Object.values(DELAYS).map((what) => [
      what,
      ...(['p50', 'p99', 'most'] as const).map((value) => formatTime(worst(watch, what, value))),
      String(worst(watch, what, 'steps')),
    ]),
  };
}

async function memoryOf(elements: number, progress: Session['progress']): Promise<{ table: Table; target: Target }> {
  progress('memory of state');
  const rows = [];
  for (const sums of [false, true]) {
    const bytes = [];
    for (const shardState of [false, true]) {
      bytes.push(Math.max(...(await replicas('processes', COUNT, { kind: 'memory', elements, shardState, sums }))));
    }
    rows.push({ what: sums ? 'slots and sums' : 'slots', whole: bytes[0], sharded: bytes[1] });
  }
  const megabytes = (bytes: number): string => `${digits(bytes / 1e6)} MB`;
  return {
    table: {
      heading: `resident memory of the state of ${formatCount(elements)} parameters in each of ${COUNT} processes`,
      columns: ['', 'whole', 'sharded', '÷ whole'],
      rows: rows.map(({ what, whole, sharded }) => {
        return [what, megabytes(whole), megabytes(sharded), formatRatio(sharded / whole)];
      }),
    },
    target: {
      what: `memory of sharded ÷ whole slots, ${COUNT} processes`,
      measured: rows[0].sharded / rows[0].whole,
      bound: 1.05 / COUNT,
      sense: 'at most',
      unit: '×',
    },
  };
}
