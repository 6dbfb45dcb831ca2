import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Adagrad, Adamax, type Optimizer, SGD, Variable } from 'adamax';
import { fingerprint, fromBytes, load, loadAsync, save, saveAsync, toBytes } from 'adamax/checkpoint';
import { isa, setThreads, threads } from 'adamax/kernels';
import { expect } from 'chai';
import { nearest } from '../support/bfloat16.js';
import { expectSameBits, f32, Random } from '../support/data.js';
import { onEveryImplementation } from '../support/implementations.js';
import { detach } from '../support/memory.js';

const SIZE = 37;
/** So large that steps leave the event loop, and are split among threads. */
const LARGE = 600_000;

function trained(options: object, size = SIZE, steps = 5) {
  const w = new Variable(new Random(3).normals(size), { name: 'w' });
  const optimizer = new Adamax(options);
  const step = (k: number) => optimizer.applyGradients([[new Random(k + 9).normals(size), w]]);
  for (let k = 0; k < steps; k++) step(k);
  return { w, optimizer, step, content: { optimizer, variables: [w] } };
}

const slotsOf = (optimizer: Optimizer, w: Variable) =>
  ['m', 'v'].map((kind) => optimizer.getSlot<Float32Array | Uint16Array>(w, kind).data);
/** The number of a bfloat16 pattern. */
const widened = (pattern: number) => new Float32Array(Uint32Array.of(pattern * 65536).buffer)[0];
const numbersOf = (data: Float32Array | Uint16Array) =>
  data instanceof Float32Array ? data : f32(...[...data].map(widened));

async function errorOf(action: () => unknown): Promise<{ code?: string; report?: unknown }> {
  try {
    await action();
  } catch (error) {
    return error as { code?: string };
  }
  return expect.fail('nothing was thrown');
}

onEveryImplementation('what is loaded', () => {
  it('rounds slots of float32 to the nearest bfloat16, and widens those of bfloat16 exactly', () => {
    for (const [from, to] of [
      ['float32', 'bfloat16'],
      ['bfloat16', 'float32'],
      ['bfloat16', 'bfloat16'],
    ]) {
      const saved = trained({ slotDtype: from });
      const into = trained({ slotDtype: to }, SIZE, 0);
      const { rounded } = fromBytes(toBytes(saved.content), into.content);
      expect(rounded).to.deep.equal(from === 'float32' && to === 'bfloat16' ? ['slots/w/m', 'slots/w/v'] : []);
      expectSameBits(into.w.data, saved.w.data, 'w');
      const expected = slotsOf(saved.optimizer, saved.w).map((data) => numbersOf(data).map(nearest));
      const exact = slotsOf(saved.optimizer, saved.w).map(numbersOf);
      slotsOf(into.optimizer, into.w).forEach((data, i) => {
        expectSameBits(numbersOf(data), to === 'bfloat16' ? expected[i] : exact[i], `slot ${i}`);
      });
      expect(into.optimizer.slotDtype).to.equal(to);
      expect(into.optimizer.iterations.item()).to.equal(5);
    }
  });

  it('puts back hyperparameters that have changed, and says so, unless they are to be kept', () => {
    const saved = trained({ learningRate: 0.1 });
    Object.assign(saved.optimizer, { lr: 0.25, clipnorm: 3 });
    const bytes = toBytes(saved.content);
    const restored = trained({ learningRate: 0.1 }, SIZE, 0);
    const { hyperparameters } = fromBytes(bytes, restored.content);
    expect(hyperparameters).to.deep.equal({
      '': { learningRate: { was: 0.1, saved: 0.25 }, clipnorm: { was: undefined, saved: 3 } },
    });
    expect(restored.optimizer).to.include({ lr: 0.25, clipnorm: 3 });
    const kept = trained({ learningRate: 0.1 }, SIZE, 0);
    expect(fromBytes(bytes, { ...kept.content, hyperparameters: 'keep' }).hyperparameters).to.deep.equal({});
    expect(kept.optimizer).to.include({ lr: 0.1, clipnorm: undefined });
    expect(kept.optimizer.iterations.item()).to.equal(5);
  });

  it('refuses another value of what is decided at construction, and changes nothing', async () => {
    const pairs: readonly [Optimizer, Optimizer, RegExp][] = [
      [
        new SGD({ momentum: 0.5, nesterov: true }),
        new SGD({ momentum: 0.25 }),
        /^nesterov of the optimizer must be true, as in bytes \(hyperparameters: 'keep' leaves it\): received false$/,
      ],
      [
        new Adagrad({ initialAccumulatorValue: 0.5 }),
        new Adagrad({ learningRate: 0.25 }),
        /^initialAccumulatorValue of the optimizer must be 0\.5, as in bytes .*: received 0\.1$/,
      ],
    ];
    for (const [saved, into, message] of pairs) {
      saved.applyGradients([[f32(1, 1), new Variable(f32(1, 2), { name: 'w' })]]);
      const before = into.getConfig();
      const load = () => fromBytes(toBytes({ optimizer: saved }), { optimizer: into, partial: true });
      const error = await errorOf(load);
      expect(error).to.be.an.instanceOf(RangeError).and.include({ code: 'ERR_ADAMAX_CHECKPOINT' });
      expect((error as Error).message).to.match(message);
      expect(into.getConfig()).to.deep.equal(before);
      expect(into.iterations.item()).to.equal(0);
    }
  });

  it('puts a rate into the Variable that is there, and leaves a function', () => {
    const bytes = toBytes(trained({ learningRate: 0.25 }).content);
    const rate = new Variable(f32(0.5));
    const byVariable = trained({ learningRate: rate }, SIZE, 0);
    const { hyperparameters } = fromBytes(bytes, byVariable.content);
    expect(hyperparameters).to.deep.equal({ '': { learningRate: { was: 0.5, saved: 0.25 } } });
    expect(byVariable.optimizer.learningRate).to.equal(rate);
    expect(rate.item()).to.equal(0.25);
    const byFunction = trained({ learningRate: () => 0.5 }, SIZE, 0);
    expect(fromBytes(bytes, byFunction.content).hyperparameters).to.deep.equal({});
    expect(byFunction.optimizer.currentLearningRate).to.equal(0.5);
  });

  it('leaves the rate as it was when loading fails, be it a number or in a Variable', () => {
    const bytes = toBytes(trained({ learningRate: 0.25 }, LARGE).content);
    for (const rate of [0.5, new Variable(f32(0.5))]) {
      const { w, content, optimizer } = trained({ learningRate: rate }, LARGE, 0);
      const { data } = w;
      const progress = () => {
        if (data.length > 0) detach(data);
      };
      expect(() => fromBytes(bytes, { ...content, progress, verify: false })).to.throw(TypeError, /detached/);
      expect(optimizer.learningRate).to.equal(rate);
      expect(optimizer.currentLearningRate).to.equal(0.5);
    }
  });

  it('goes into memory of every kind, of which other parts stay as they are', () => {
    const saved = trained({});
    const bytes = toBytes(saved.content);
    for (const buffer of [new ArrayBuffer(400), new SharedArrayBuffer(400)]) {
      const all = new Float32Array(buffer).fill(9);
      const w = new Variable(all.subarray(5, 5 + SIZE), { name: 'w' });
      const path = join(tmpdir(), `adamax-memory-${process.pid}`);
      save(path, saved.content);
      for (const verify of [true, false]) {
        for (const way of [() => load(path, { variables: [w], verify }), () => fromBytes(bytes, { variables: [w] })]) {
          w.data.fill(1);
          way();
          expectSameBits(w.data, saved.w.data, 'w');
          expect([...all.subarray(0, 5), ...all.subarray(5 + SIZE)].every((x) => x === 9)).to.equal(true);
        }
      }
      rmSync(path);
    }
  });

  it('says that variables are not given where nobody has said what they are', async () => {
    const saved = trained({});
    const bytes = toBytes(saved.content);
    const hint = /variables was not given, and the optimizer has seen none: hand them over as variables, or build/;
    const error = await errorOf(() => fromBytes(bytes, { optimizer: new Adamax() }));
    expect(error).to.have.property('code', 'ERR_ADAMAX_CHECKPOINT');
    expect(error).to.have.property('message').that.matches(hint);
    const optimizer = new Adamax();
    optimizer.build([new Variable(f32(1), { name: 'other' })]);
    for (const content of [{ optimizer }, { optimizer: new Adamax(), variables: [] }]) {
      expect(await errorOf(() => fromBytes(bytes, content)))
        .to.have.property('message')
        .that.does.not.match(hint);
    }
  });

  it('goes in part into a larger model, with a report', async () => {
    const saved = trained({});
    const bytes = toBytes({ ...saved.content, variables: [saved.w, new Variable(f32(1), { name: 'old' })] });
    const [w, head] = [new Variable(new Float32Array(SIZE), { name: 'w' }), new Variable(f32(5, 6), { name: 'head' })];
    const other = new Variable(f32(1, 2, 3), { name: 'old' });
    const optimizer = new Adamax();
    optimizer.build([w, head]);
    const content = { optimizer, variables: [w, head, other] };
    const report = {
      missing: ['slots/head/m', 'slots/head/v', 'variables/head'],
      unexpected: [],
      misfits: [{ name: 'variables/old', message: "shape of 'variables/old' must be [3]: received [1]" }],
    };
    const error = await errorOf(() => fromBytes(bytes, content));
    expect(error).to.deep.include({ code: 'ERR_ADAMAX_CHECKPOINT', report: { loaded: [], ...report } });
    expect([...w.data, optimizer.iterations.item()].every((x) => x === 0)).to.equal(true);
    const loaded = fromBytes(bytes, { ...content, partial: true });
    expect(loaded).to.deep.include(report);
    expect(loaded.loaded).to.have.members(['iterations', 'slots/w/m', 'slots/w/v', 'variables/w']);
    expectSameBits(w.data, saved.w.data, 'w');
    slotsOf(optimizer, w).forEach((data, i) => {
      expectSameBits(numbersOf(data), numbersOf(slotsOf(saved.optimizer, saved.w)[i]), `slot ${i}`);
    });
    expect([...head.data, ...other.data]).to.deep.equal([5, 6, 1, 2, 3]);
  });

  it('goes on with the same bits on another number of threads', () => {
    const before = threads();
    try {
      setThreads(1);
      const whole = trained({ clipnorm: 1 }, LARGE, 6);
      const half = trained({ clipnorm: 1 }, LARGE, 3);
      const bytes = toBytes(half.content);
      const print = fingerprint(half.content);
      setThreads(2);
      const into = trained({}, LARGE, 0);
      fromBytes(bytes, into.content);
      expect(fingerprint(into.content)).to.equal(print);
      for (let k = 3; k < 6; k++) into.step(k);
      expectSameBits(into.w.data, whole.w.data, 'w');
      expect(fingerprint(into.content)).to.equal(fingerprint(whole.content));
    } finally {
      setThreads(before);
    }
  });
});

onEveryImplementation('a step off the event loop', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'adamax-busy-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('keeps saving and loading from its state, and nothing is written', async function () {
    if (isa() === 'js') this.skip(); // it takes steps before it returns
    const { w, optimizer, content } = trained({}, LARGE);
    const path = join(folder, 'state');
    const bytes = toBytes(content);
    const flight = optimizer.applyGradientsAsync([[new Float32Array(LARGE).fill(1), w]]);
    const calls: (() => unknown)[] = [
      () => save(path, content),
      () => saveAsync(path, content),
      () => toBytes(content),
      () => fingerprint(content),
      () => fromBytes(bytes, content),
      () => load(path, content),
      () => loadAsync(path, content),
    ];
    for (const call of calls) {
      expect((await errorOf(call)).code, `${call}`).to.be.oneOf(['ERR_ADAMAX_BUSY', 'ERR_ADAMAX_OVERLAP']);
    }
    await flight;
    expect(readdirSync(folder)).to.deep.equal([]);
    expect(optimizer.iterations.item()).to.equal(6);
  });

  it('keeps others from saving the variables that it writes', async function () {
    if (isa() === 'js') this.skip(); // it takes steps before it returns
    const { w, optimizer } = trained({}, LARGE);
    const path = join(folder, 'state');
    const flight = optimizer.applyGradientsAsync([[new Float32Array(LARGE).fill(1), w]]);
    for (const call of [() => save(path, { variables: [w] }), () => saveAsync(path, { variables: [w] })]) {
      expect(await errorOf(call)).to.have.property('code', 'ERR_ADAMAX_OVERLAP');
    }
    await flight;
    expect(readdirSync(folder)).to.deep.equal([]);
  });
});
