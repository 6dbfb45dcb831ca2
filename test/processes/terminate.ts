/**
 * Terminates workers at random moments of whatever they do: `node out/test/processes/terminate.js <number of workers>`.
 * Prints how many have ended; a fault ends the process before that.
 */
import { Worker } from 'node:worker_threads';

/** What a worker does over and over again. */
const WORK: Readonly<Record<string, string>> = {
  'first steps': 'new Adamax().applyGradients([[f(), f()]]);',
  'steps of one list': 'optimizer.applyGradients(pairs);',
  'sparse steps': 'optimizer.applyGradients([[new IndexedSlices(f(2), [1, 0]), table]]);',
  'first sparse steps':
    'new Adamax().applyGradients([[new IndexedSlices(f(2), [1, 0]), f(8)]].map(([g, p]) => [g, new Variable(p, { shape: [8, 1] })]));',
  'steps off the event loop': 'await optimizer.applyGradientsAsync([[large, parameter]]);',
  'first steps off the event loop': 'await new Adamax().applyGradientsAsync([[large, f(large.length)]]);',
  'reading the state': 'optimizer.applyGradients(pairs); optimizer.getWeights(); optimizer.getSlot(pairs[0][1], "m");',
  'setting the state': 'optimizer.setWeights(optimizer.getWeights());',
  'many plans': 'for (let i = 1; i < 40; i++) new Adamax().applyGradients([[f(i), f(i)], [f(600), f(600)]]);',
  'bare kernels': 'adamaxStep(f(), f(), f(), f(), { oneMinusBeta1: 0.1, beta2: 0.9, alpha: 0.1, epsilon: 1e-7 });',
};

const source = (work: string) => `
  import { parentPort } from 'node:worker_threads';
  import { Adamax, IndexedSlices, Variable } from 'adamax';
  import { adamaxStep } from 'adamax/kernels';
  const f = (n = 64) => new Float32Array(n).fill(1);
  const optimizer = new Adamax();
  const pairs = [[f(), f()], [f(600), f(600)]];
  const table = new Variable(f(8), { shape: [8, 1] });
  const [large, parameter] = [f(2 ** 19), f(2 ** 19)];
  optimizer.build([pairs[0][1], pairs[1][1], table, parameter]);
  parentPort.postMessage('begun');
  for (;;) { ${work} }
`;

/** At a time. */
const TOGETHER = 4;

const works = Object.values(WORK);
let started = 0;
let ended = 0;

async function one(): Promise<void> {
  const worker = new Worker(source(works[started++ % works.length]), { eval: true });
  await new Promise<void>((resolve, reject) => {
    worker.on('message', () => {
      const moment = Math.random() * 8;
      if (moment < 2) worker.terminate();
      else setTimeout(() => worker.terminate(), moment - 2);
    });
    worker.on('error', reject);
    worker.on('exit', () => resolve());
  });
  ended++;
}

const count = Number(process.argv[2]);
async function inTurn(): Promise<void> {
  while (started < count) await one();
}
await Promise.all(Array.from({ length: TOGETHER }, inTurn));
process.stdout.write(String(ended));
