/**
 * Looks for memory that grows with the number of steps: `node out/test/processes/steady.js <scale>`, at scale 1 with a
 * million steps of one optimizer and 10^5 optimizers. Prints what grew by how many megabytes, as JSON.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Adamax, IndexedSlices, Variable } from 'adamax';
import { availableIsa, setIsa } from 'adamax/kernels';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** Megabytes: resident, and outside of the heap of V8 as it was told. */
interface Memory {
  readonly resident: number;
  readonly external: number;
}

async function measure(): Promise<Memory> {
  // Native memory goes in the turns after the collection that let go of its owner.
  for (let i = 0; i < 3; i++) {
    collect();
    await new Promise(setImmediate);
  }
  const { rss, external } = process.memoryUsage();
  return { resident: rss / 2 ** 20, external: external / 2 ** 20 };
}

const f = (n = 64, value = 0) => new Float32Array(n).fill(value);
const STEPS = 1_000_000;
const scale = Number(process.argv[2]);

const optimizer = new Adamax({ learningRate: 1e-6, nonFinite: 'skip' });
const [parameter, gradient, bad] = [f(), f(64, 1), f(64, Number.NaN)];
const table = new Variable(f(600), { shape: [100, 6] });
const rows = new IndexedSlices(f(18, 1), [7, 3, 7]);
const implementations = availableIsa();

/**
 * One of many optimizers of one variable. Of variables that are many, too, V8 keeps what is held weakly until the event
 * loop turns.
 */
const [few, fewGradients] = [f(5), f(5)];
const drop = () => new Adamax().applyGradients([[fewGradients, few]]);

/** What is done how often, at scale 1. */
const ROUNDS: Readonly<Record<string, readonly [times: number, one: (i: number) => unknown]>> = {
  'steps by one array': [STEPS, () => optimizer.applyGradients([[gradient, parameter]])],
  'steps by other arrays': [STEPS, () => optimizer.applyGradients([[f(64, 1), parameter]])],
  'sparse steps': [STEPS, () => optimizer.applyGradients([[rows, table]])],
  'changes of implementation': [
    STEPS,
    (i) => {
      if (i % 1000 === 0) setIsa(implementations[(i / 1000) % implementations.length]);
      optimizer.applyGradients([[gradient, parameter]]);
    },
  ],
  'steps skipped': [STEPS, () => optimizer.applyGradients([[bad, parameter]])],
  'optimizers dropped without a turn': [100_000, drop],
  'optimizers dropped with turns': [100_000, (i) => (i % 100 === 0 ? new Promise(setImmediate).then(drop) : drop())],
  'variables rebound and released': [
    10_000,
    () => {
      const variable = new Variable(f(600));
      optimizer.applyGradients([[f(600), variable]]);
      variable.rebind(f(600));
      optimizer.applyGradients([[f(600), variable]]);
      optimizer.release([variable]);
    },
  ],
};

// What is skipped is warned of once, which is not the matter here.
process.removeAllListeners('warning');

const growth: Record<string, Memory> = {};
for (const [name, [times, one]] of Object.entries(ROUNDS)) {
  const count = Math.ceil(times * scale);
  const round = async (first: number, end: number) => {
    for (let i = first; i < end; i++) {
      const done = one(i);
      if (done instanceof Promise) await done;
    }
  };
  // What the allocators and the compilers take once comes with the first tenth.
  await round(0, count / 10);
  const before = await measure();
  await round(count / 10, count);
  const { resident, external } = await measure();
  growth[name] = { resident: resident - before.resident, external: external - before.external };
}
process.stdout.write(JSON.stringify(growth));
