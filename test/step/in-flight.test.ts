import { Adamax, IndexedSlices, SGD, Variable } from 'adamax';
import { adamaxScalars, adamaxStep, adamaxStepOut, adamaxStepRows, isa, sumSquares } from 'adamax/kernels';
import { expect } from 'chai';
import { f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';

/** So many that a step leaves the event loop, where there is a thread to go to. */
const LARGE = 2 ** 20;

onEveryImplementation('memory of a step that is off the event loop', () => {
  const flight = () => {
    const p = new Variable(new Float32Array(LARGE), { name: 'p' });
    const g = new Variable(new Float32Array(LARGE).fill(1), { name: 'g' });
    const optimizer = new Adamax({ learningRate: 0.1 });
    optimizer.build([p]);
    return { p, g, optimizer, done: optimizer.applyGradientsAsync([[g, p]]) };
  };

  before(function () {
    if (isa() === 'js') this.skip();
  });

  it('is not assigned to, under any name', async () => {
    const { p, g, optimizer, done } = flight();
    const [m, v] = [optimizer.getSlot(p, 'm'), optimizer.getSlot(p, 'v')];
    const view = new Variable(p.data.subarray(5, 7), { name: 'view' });
    for (const variable of [p, g, m, v, view]) {
      const message = new RegExp(`^assign must wait for the step that works on '${variable.name}': received`);
      expectError(() => variable.assign(new Float32Array(variable.size)), TypeError, 'ERR_ADAMAX_BUSY', message);
    }
    const count = () => optimizer.iterations.assign(7);
    expectError(count, TypeError, 'ERR_ADAMAX_BUSY', /^assign must wait for the step that works on 'iter': received/);
    const move = () => optimizer.iterations.rebind(BigInt64Array.of(7n));
    expectError(move, TypeError, 'ERR_ADAMAX_BUSY', /^rebind must wait for the step that works on 'iter': received/);
    expect(await done).to.equal(1);
    expect([m.data[0], v.data[0], g.data[0]]).to.deep.equal([Math.fround(0.1), 1, 1]);
    expect(p.data.every((x) => x === p.data[0] && x < 0)).to.equal(true);
    for (const variable of [p, g, m, v, view]) variable.assign(new Float32Array(variable.size));
    optimizer.iterations.assign(7).rebind(BigInt64Array.of(8n));
    expect(optimizer.applyGradients([[g, p]])).to.equal(9);
  });

  it('is not stepped by the bare kernels, nor read by them where it is written', async () => {
    const { p, g, optimizer, done } = flight();
    const m = optimizer.getSlot(p, 'm').data;
    const [a, b, c, d, e] = [f32(1, 2), f32(0, 0), f32(0, 0), f32(1, 1), f32(0, 0)];
    const [written, slot, read] = [p.data.subarray(2, 4), m.subarray(0, 2), g.data.subarray(LARGE - 2)];
    const rows = Int32Array.of(1);
    const scalars = adamaxScalars({ step: 1 });
    for (const [argument, call] of [
      ['param', () => adamaxStep(written, b, c, d, scalars)],
      ['param', () => adamaxStep(read, b, c, d, scalars)],
      ['m', () => adamaxStep(a, slot, c, d, scalars)],
      ['u', () => adamaxStep(a, b, read, d, scalars)],
      ['grad', () => adamaxStep(a, b, c, slot, scalars)],
      ['param', () => adamaxStepOut(written, b, c, d, e, scalars)],
      ['out', () => adamaxStepOut(a, b, c, d, read, scalars)],
      ['u', () => adamaxStepRows(a, b, written, 2, d, Int32Array.of(0), scalars)],
      ['values', () => adamaxStepRows(a, b, c, 1, slot.subarray(0, 1), rows, scalars)],
    ] as const) {
      expectError(
        call,
        RangeError,
        'ERR_ADAMAX_OVERLAP',
        new RegExp(`^${argument} must not share memory with .*off the`),
      );
    }
    expect([a, b, c, d, e].map((array) => [...array])).to.deep.equal([
      [1, 2],
      [0, 0],
      [0, 0],
      [1, 1],
      [0, 0],
    ]);
    // What it only reads may be read by others.
    adamaxStep(a, b, c, read, scalars);
    adamaxStepOut(read, b, c, d, e, scalars);
    expect(sumSquares(read)).to.equal(2);
    expect(await done).to.equal(1);
    adamaxStep(written, slot, c, d, scalars);
  });

  it('is nobody’s business once the step is done, or has failed', async () => {
    const { p, g, optimizer, done } = flight();
    await done;
    structuredClone(null, { transfer: [p.data.buffer as ArrayBuffer] });
    const error = await optimizer.applyGradientsAsync([[g, p]]).catch((e) => e);
    expect(error).to.have.property('code', 'ERR_ADAMAX_DETACHED');
    g.assign(new Float32Array(LARGE));
    p.rebind(new Float32Array(LARGE)).assign(g.data);
    expect(await optimizer.applyGradientsAsync([[g, p]])).to.equal(2);
  });

  it('of rows is in use like any other', async () => {
    const table = new Variable(new Float32Array(LARGE), { name: 'table', shape: [LARGE / 2, 2] });
    const [values, indices] = [new Float32Array(LARGE).fill(1), Int32Array.from({ length: LARGE / 2 }, (_, i) => i)];
    const optimizer = new SGD({ learningRate: 1 });
    const done = optimizer.applyGradientsAsync([[new IndexedSlices(values, indices), table]]);
    for (const data of [values, table.data]) {
      const call = () => new Variable(data.subarray(0, 1)).assign(3);
      expectError(call, TypeError, 'ERR_ADAMAX_BUSY', /^assign must wait .*: received a call before it was done$/);
    }
    expect(await done).to.equal(1);
    expect(table.data.every((x) => x === -1)).to.equal(true);
  });
});
