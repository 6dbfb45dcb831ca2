/** What replicas may do, the wrong things too. `workerData.what` says which. */

import { createContext, runInContext } from 'node:vm';
import { isMainThread, threadId, Worker, workerData } from 'node:worker_threads';
import { setThreads, threads } from 'adamax/kernels';
import { type Collective, type Exchange, launch, openWorkers, shareCores } from '#internals';
import { type Data, report } from '../support.js';

const data = workerData as Data & { what: keyof typeof cases };

function open(timeoutSeconds?: number): Collective {
  return openWorkers(timeoutSeconds === undefined ? {} : { timeoutSeconds }) as Collective;
}

const ones = () => new Float32Array(10).fill(1);
const exchanges = (array = ones()) => [{ kind: 'sum' as const, from: array, to: array }];
const soon = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Reports the code and the message of what `action` throws, and how long that took. */
async function reportError(collective: Collective, action: () => unknown): Promise<void> {
  const begun = performance.now();
  try {
    await action();
    report(data, collective.rank, { code: 'none' });
  } catch (error) {
    const { code, message } = error as Error & { code: string };
    report(data, collective.rank, { code, message, ms: performance.now() - begun });
  }
}

/** Replica 1 does `wrong`; the others wait for it in an exchange, and report what they are told. */
async function othersWait(wrong: (collective: Collective) => unknown): Promise<void> {
  const collective = open();
  collective.run(exchanges());
  if (collective.rank === 1) {
    await soon(50);
    await wrong(collective);
  } else {
    const isAsync = collective.rank % 2 === 0;
    await reportError(collective, () => (isAsync ? collective.runAsync(exchanges()) : collective.run(exchanges())));
  }
}

function eat(): never {
  const eaten: unknown[] = [];
  for (;;) eaten.push(new Array(100_000).fill(eaten.length));
}

/** What stands between processes fails, or another process has launched another number of replicas. */
function upperOf(fake: Collective): Collective {
  if (data.odd === 'upper') throw Object.assign(new Error('no MPI'), { code: 'ERR_ADAMAX_LAUNCHER' });
  if (data.odd !== 'number') return fake;
  const run = ([exchange]: readonly Exchange[]) => {
    if (exchange?.kind === 'gather') exchange.bytes[4] = 3;
  };
  return { ...fake, size: 2, run };
}

const cases = {
  throws: () =>
    othersWait(() => {
      throw Object.assign(new RangeError('the loss is a soup'), { code: 'SOUP' });
    }),
  rejects: () => othersWait(() => void Promise.reject(new Error('nobody caught this'))),
  exits: () => othersWait(() => process.exit(3)),
  'exits with 0': () => othersWait(() => process.exit(0)),
  closes: () => othersWait((collective) => collective.close()),
  'is cut short': async () => {
    const collective = open();
    collective.run(exchanges());
    if (collective.rank === 1) {
      const context = createContext({ run: () => collective.run(exchanges()) });
      await reportError(collective, () => {
        try {
          runInContext('run()', context, { timeout: 50 });
        } catch {
          collective.run(exchanges());
        }
      });
    } else {
      await soon(500);
      await reportError(collective, () => {
        for (let i = 0; i < 3; i++) collective.run(exchanges());
      });
    }
  },
  'runs out of memory': () => othersWait(eat),
  'ends at once': async () => {
    const collective = open();
    collective.run(exchanges());
    if (collective.rank === 1) return;
    await reportError(collective, () => collective.runAsync(exchanges()));
  },
  'never opens': async () => {
    // It has no rank but by its report, which is that of replica 0 only.
    if (threadId % 2 === 0) return;
    try {
      openWorkers();
    } catch (error) {
      const { code, message } = error as Error & { code: string };
      report(data, 0, { code, message });
    }
  },
  'ends unclosed': () => {
    const collective = open();
    const array = ones();
    for (let i = 0; i < 100; i++) collective.run(exchanges(array.fill(1)));
    report(data, collective.rank, { sum: array[0] });
  },
  'is silent': async () => {
    const collective = open(0.5);
    collective.run(exchanges());
    if (collective.rank !== 1) {
      await reportError(collective, () => collective.run(exchanges()));
      await reportAgain(collective);
    } else await soon(2000);
  },
  'is silent to async': async () => {
    const collective = open(0.5);
    collective.run(exchanges());
    if (collective.rank === 1) await soon(2000);
    else await reportError(collective, () => collective.runAsync(exchanges()));
  },
  'hangs for ever': () => {
    const collective = open(0.5);
    collective.run(exchanges());
    while (collective.rank === 1);
    collective.run(exchanges());
  },
  'hangs for ever, which the others catch': () => {
    const collective = open(0.5);
    collective.run(exchanges());
    while (collective.rank === 1);
    try {
      collective.run(exchanges());
    } catch {}
  },
  'waits for the signal': async () => {
    const collective = open();
    if (collective.rank === 1) await soon(60_000);
    else if (collective.rank === 0) collective.run(exchanges());
    else await collective.runAsync(exchanges());
  },
  'opens otherwise': async () => {
    const fake = {
      rank: 0,
      size: 1,
      local: 1,
      run: () => {},
      runAsync: async () => {},
      abandon: () => {},
      close: async () => {},
    };
    const options = data.odd === 'options' && threadId % 2 === 0 ? {} : { upper: () => upperOf(fake) };
    try {
      openWorkers(options);
    } catch (error) {
      const { code, message } = error as Error & { code: string };
      report(data, threadId % 2, { code, message });
    }
  },
  'opens with a wrong limit': () => {
    openWorkers({ timeoutSeconds: -1 });
  },
  'opens twice': async () => {
    const collective = open();
    await reportError(collective, () => openWorkers());
    await collective.close();
  },
  'goes on after close': async () => {
    const collective = open();
    collective.run(exchanges());
    await collective.close();
    await reportError(collective, () => collective.runAsync(exchanges()));
  },
  'closes what is under way': async () => {
    const collective = open();
    const array = ones();
    const under = collective.runAsync(exchanges(array));
    await collective.close();
    await under;
    report(data, collective.rank, { sum: array[0] });
  },
  'takes memory away': async () => {
    const collective = open();
    const array = ones();
    if (collective.rank === 1) structuredClone(array.buffer, { transfer: [array.buffer] });
    await reportError(collective, () => collective.run(exchanges(array)));
  },
  'rejects all that was posted': async () => {
    const collective = open();
    collective.run(exchanges());
    if (collective.rank === 1) process.exit(0);
    const all = await Promise.allSettled([1, 2, 3].map(() => collective.runAsync(exchanges())));
    const codes = all.map((one) => (one.status === 'rejected' ? one.reason.code : 'none'));
    report(data, collective.rank, { codes });
  },
  'keeps the event loop free': async () => {
    const collective = open();
    const { rank } = collective;
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const long = new Float32Array(4_000_000).fill(1);
    // The others come late, so that this waits; then there is much to do.
    if (rank === 1) await soon(100);
    const before = ticks;
    await collective.runAsync(exchanges(long));
    const waited = ticks - before;
    for (let i = 0; i < 5; i++) await collective.runAsync(exchanges(long));
    clearInterval(timer);
    report(data, rank, { waited, worked: ticks - before - waited });
    await collective.close();
  },
  'is kept alive': async () => {
    const collective = open();
    const { rank } = collective;
    if (rank === 1) await soon(200);
    const array = ones();
    // Nothing else keeps the thread from ending.
    collective.runAsync(exchanges(array)).then(() => report(data, rank, { sum: array[0] }));
  },
  'shows its options': async () => {
    const collective = open();
    const { FOOD } = process.env;
    const { reports: _, ...workerDataIsWhole } = data;
    report(data, collective.rank, { argv: process.argv.slice(2), FOOD, ...workerDataIsWhole, isMainThread });
    await collective.close();
  },
  'launches itself': async () => {
    const collective = open();
    const array = ones();
    const inner = new SharedArrayBuffer(4 * 65_536);
    const worker = { workerData: { what: 'closes what is under way', reports: inner } };
    await launch(new URL(import.meta.url), { replicas: 2, timeoutSeconds: 10, worker });
    collective.run(exchanges(array));
    const length = new Int32Array(inner, 65_536, 1)[0];
    const innerReport = new TextDecoder().decode(new Uint8Array(inner, 65_540, length).slice());
    report(data, collective.rank, { outer: array[0], inner: JSON.parse(innerReport) });
    await collective.close();
  },
  'starts a thread': async () => {
    const collective = open();
    const script = new URL('./no-replica.js', import.meta.url);
    const ended = await new Promise((resolve) => new Worker(script).once('exit', resolve));
    report(data, collective.rank, { ended });
    await collective.close();
  },
  'shares the cores': async () => {
    const collective = open();
    const part = threads();
    shareCores(1);
    const whole = threads();
    shareCores(1000);
    const least = threads();
    setThreads(5);
    shareCores(4);
    report(data, collective.rank, { part, whole, least, set: threads() });
    await collective.close();
  },
};

async function reportAgain(collective: Collective): Promise<void> {
  try {
    collective.run(exchanges());
  } catch (error) {
    if ((error as Error & { code: string }).code === 'ERR_ADAMAX_REPLICA') return;
  }
  report(data, collective.rank, { code: 'a second exchange did not end in the same error' });
}

await cases[data.what]();
