/** Ends as it is told to; the other rank takes part in exchanges until it is ended, too. */
import { openMpi } from '#internals';
import { errorOf, report, sleep } from './report.js';

const [how, blocked] = process.argv.slice(2);
const collectiveOf = () => openMpi({ timeoutSeconds: Number(process.env.LIMIT ?? 50) });

/** Whoever is not told to end exchanges for ever. */
async function exchange(collective: ReturnType<typeof collectiveOf>): Promise<never> {
  const floats = new Float32Array(1_000_000).fill(1);
  for (;;) {
    if (blocked === 'blocked') collective.run([{ kind: 'sum', from: floats, to: floats }]);
    else await collective.runAsync([{ kind: 'sum', from: floats, to: floats }]);
    floats.fill(1);
  }
}

/** The loop goes on, and nobody exchanges. */
async function hang(): Promise<never> {
  for (;;) await sleep(1000);
}

const second = (process.env.OMPI_COMM_WORLD_RANK ?? '1') === '1';
if (how === 'never opens' && second) await hang();
const collective = collectiveOf();
const { rank } = collective;
report(rank, { opened: true });
if (rank === 0 && how !== 'disagrees') await exchange(collective);
const floats = new Float32Array(1_000_000);
for (let i = 0; i < 3; i++) collective.run([{ kind: 'sum', from: floats, to: floats }]);
switch (how) {
  case 'hangs':
    await hang();
    break;
  case 'is killed':
    process.kill(process.pid, 'SIGKILL');
    break;
  case 'throws':
    throw new Error('an error of the program');
  case 'exits':
    process.exit(7);
    break;
  case 'exits in flight':
    void collective.runAsync([{ kind: 'sum', from: floats, to: floats }]);
    process.exit(5);
    break;
  case 'ends without close':
    break;
  case 'ends with a code':
    process.exitCode = 9;
    break;
  case 'disagrees': {
    // What comes is longer than what rank 1 waits for. Where messages are long ones, MPI may wait for ever instead.
    const part = new Float32Array(rank === 0 ? 150 : 60);
    const sum = () => collective.run([{ kind: 'sum parts', from: part, to: part, borders: [0, 50, part.length] }]);
    const errors = [await errorOf(sum)];
    if (rank === 0) await exchange(collective);
    const one = new Float32Array(1);
    errors.push(await errorOf(() => collective.run([{ kind: 'sum', from: one, to: one }])));
    errors.push(await errorOf(() => collective.runAsync([{ kind: 'sum', from: one, to: one }])));
    errors.push(await errorOf(() => collective.close()));
    report(rank, { errors });
    process.exit(3);
    break;
  }
  case 'hangs in close':
    await collective.close();
    break;
}
