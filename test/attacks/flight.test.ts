import { Worker } from 'node:worker_threads';
import { Adamax, Variable } from 'adamax';
import { expect } from 'chai';
import { onEveryImplementation } from '../support/implementations.js';
import { onItsOwn, onWebAssembly, takes } from './strikes.js';

/** Large enough to leave the event loop. */
const SIZE = 2 ** 19;

/** Moments after the call, in turns of the event loop or within one. */
const MOMENTS: Readonly<Record<string, () => Promise<unknown>>> = {
  'before the caller goes on': async () => {},
  'one microtask later': () => Promise.resolve(),
  'three microtasks later': async () => {
    for (let k = 0; k < 3; k++) await null;
  },
  'at the next tick': () => new Promise((resolve) => process.nextTick(resolve)),
  'a turn of the event loop later': () => new Promise((resolve) => setImmediate(resolve)),
};

const VICTIMS = ['parameter', 'gradient', 'slot', 'counter'] as const;

/** What a call does to four arrays. @param victim - whose memory goes at that moment */
async function fly(
  asynchronous: 'applyGradientsAsync' | 'minimizeAsync',
  moment: string,
  victim: (typeof VICTIMS)[number] | null,
  kind: string,
) {
  const ground = kind === 'growing' ? onWebAssembly(10 * SIZE) : onItsOwn(takes[kind] ?? takes.structuredClone);
  const [data, gradient] = [new Float32Array(SIZE).fill(1), new Float32Array(SIZE).fill(2)].map((array) =>
    ground.put(array),
  );
  const p = new Variable(data, { name: 'p' });
  const optimizer = new Adamax({ learningRate: 0.5 });
  optimizer.applyGradients([[gradient, p]]);
  const slot = optimizer.getSlot(p, 'm').data;
  const before = data.slice();
  const flight =
    asynchronous === 'applyGradientsAsync'
      ? optimizer.applyGradientsAsync([[gradient, p]])
      : optimizer.minimizeAsync(async () => ({ gradients: [gradient] }), [p]);
  const settled = flight.then(
    (count) => ({ count, code: null }),
    (error) => ({ count: null, code: (error as { code?: unknown }).code ?? error }),
  );
  await MOMENTS[moment]();
  const arrays = { parameter: data, gradient, slot, counter: optimizer.iterations.data };
  const buffer = victim === null ? null : (arrays[victim].buffer as ArrayBuffer);
  let moved: ArrayBuffer | Worker | null = null;
  if (buffer !== null && buffer.byteLength > 0) {
    if (kind === 'worker') {
      moved = new Worker('require("node:worker_threads").parentPort.on("message", () => {})', {
        eval: true,
        workerData: buffer,
        transferList: [buffer],
      });
    } else moved = ground.take(buffer);
  }
  const outcome = await settled;
  if (moved instanceof Worker) await moved.terminate();
  return { ...outcome, data, before, moved, optimizer };
}

const bytesOf = (array: Float32Array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);

onEveryImplementation('memory that goes while a step is off the event loop', () => {
  for (const [i, moment] of Object.keys(MOMENTS).entries()) {
    const call = i % 2 === 0 ? 'applyGradientsAsync' : 'minimizeAsync';
    it(`${call}, ${moment}: the promise says so, or the step was over`, async () => {
      const { data: expected } = await fly(call, moment, null, '');
      const kinds = [...Object.keys(takes), 'growing', 'worker'];
      for (const [k, victim] of VICTIMS.entries()) {
        const kind = kinds[(i + k) % kinds.length];
        const { count, code, data, before, optimizer } = await fly(call, moment, victim, kind);
        const what = `${victim}, ${kind}`;
        if (code === null) expect(count, what).to.equal(2);
        else expect(code, what).to.equal('ERR_ADAMAX_DETACHED');
        if (victim !== 'counter') expect(optimizer.iterations.item(), what).to.equal(code === null ? 2 : 1);
        if (data.length === 0) continue;
        // The parameter is stepped as a whole, or not at all.
        expect(bytesOf(data).equals(bytesOf(data[0] === expected[0] ? expected : before)), what).to.equal(true);
        if (code === null) expect(data[0], what).to.equal(expected[0]);
      }
    });
  }
});
