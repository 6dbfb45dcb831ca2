/** Opens as it is told to, and reports what came of it. */
import { Worker } from 'node:worker_threads';
import { backend, openMpi } from '#internals';
import { errorOf, report } from './report.js';

const [how] = process.argv.slice(2);

switch (how) {
  case 'workers': {
    const error = await errorOf(() => openMpi({ workers: 4 }));
    report(Number(process.env.OMPI_COMM_WORLD_RANK ?? 0), { error });
    break;
  }
  case 'foreign': {
    const error = await errorOf(() => openMpi());
    report(0, { error });
    break;
  }
  case 'once': {
    const collective = openMpi({ workers: 2 });
    const second = await errorOf(() => openMpi());
    const inWorker = await messageOf('second');
    await collective.close();
    const afterClose = await errorOf(() => openMpi());
    report(collective.rank, { second, inWorker, afterClose });
    break;
  }
  case 'in a worker':
    report(Number(process.env.OMPI_COMM_WORLD_RANK), (await messageOf('first')) as Record<string, unknown>);
    break;
  case 'terminated': {
    // The thread that has opened ends during an exchange that the other rank never joins.
    const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: 'in flight' });
    await new Promise((resolve) => worker.once('message', resolve));
    report(Number(process.env.OMPI_COMM_WORLD_RANK), {});
    await worker.terminate();
    setInterval(() => undefined, 1000);
    break;
  }
  case 'threads': {
    const warnings: unknown[] = [];
    process.on('warning', (warning) => warnings.push((warning as { code?: string }).code));
    const before = backend().threads;
    const collective = openMpi();
    const after = backend().threads;
    await collective.close();
    report(collective.rank, { before, after, warnings });
    break;
  }
  case 'alone': {
    const collective = openMpi();
    const from = new Float32Array([1, 2, 3]);
    const to = new Float32Array(3);
    collective.run([{ kind: 'sum', from, to }]);
    await collective.runAsync([
      { kind: 'gather', bytes: new Uint8Array(to.buffer), borders: [0, 12] },
      { kind: 'sum parts', from: to, to, borders: [0, 3] },
    ]);
    const { rank, size, local } = collective;
    await collective.close();
    const late = await errorOf(() => collective.run([]));
    const maps = await import('node:fs').then(({ readFileSync }) => readFileSync('/proc/self/maps', 'utf8'));
    report(rank, { size, local, to: [...to], late, loaded: /libmpi|adamax_mpi/.test(maps) });
    break;
  }
}

function messageOf(workerData: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}
