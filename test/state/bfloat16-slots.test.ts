import { Adagrad, Adamax, type Gradient, IndexedSlices, RMSprop, SGD, Variable } from 'adamax';
import { adamaxScalars, isa, setIsa, setThreads, threads } from 'adamax/kernels';
import { expect } from 'chai';
import { fromBfloat16 } from '#internals';
import { dithered, ditherOf } from '../support/bfloat16.js';
import { expectSameBits, Random } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { implementations, onEveryImplementation } from '../support/implementations.js';
import { type State, stepDense, stepRows } from '../support/oracle.js';

const LEARNING_RATE = 0.1;
const ROW = 9;
const TABLE_ROWS = 40;
const SIZES = [1, 16, 17, 33, 300, 5000];

/** What is stored of moments in a step. */
function store(state: State, step: number): void {
  const word = ditherOf(step);
  for (const slot of [state.m, state.u]) slot.set(slot.map((x) => dithered(x, word)));
}

const widened = (slot: Uint16Array) => Float32Array.from(slot, fromBfloat16);

onEveryImplementation('slots of bfloat16', () => {
  const before_ = threads();
  after(() => setThreads(before_));

  for (const n of [1, 3]) {
    it(`have the bits of the oracle on ${n} ${n === 1 ? 'thread' : 'threads'}, dense and sparse`, () => {
      setThreads(n);
      const random = new Random(21);
      const optimizer = new Adamax({ learningRate: LEARNING_RATE, slotDtype: 'bfloat16' });
      const table = new Variable(random.normals(TABLE_ROWS * ROW), { shape: [TABLE_ROWS, ROW] });
      const variables = [...SIZES.map((size) => new Variable(random.normals(size))), table];
      const expected = variables.map(
        ({ data, size }): State => ({ param: data.slice(), m: new Float32Array(size), u: new Float32Array(size) }),
      );
      for (let step = 1; step <= 6; step++) {
        const gradients = SIZES.map((size) => random.normals(size, 2 ** (random.below(20) - 10)));
        const rows = Array.from({ length: 30 }, () => random.below(TABLE_ROWS));
        const slices = new IndexedSlices(random.normals(rows.length * ROW), rows);
        optimizer.applyGradients(variables.map((v, i): [Gradient, Variable] => [gradients[i] ?? slices, v]));
        const scalars = adamaxScalars({ learningRate: LEARNING_RATE, step });
        expected.forEach((state, i) => {
          if (i < SIZES.length) stepDense(state, gradients[i], scalars);
          else stepRows(state, ROW, slices.values, rows, scalars);
          store(state, step);
        });
      }
      variables.forEach((variable, i) => {
        const [m, v] = ['m', 'v'].map((name) => optimizer.getSlot<Uint16Array>(variable, name).data);
        expectSameBits(variable.data, expected[i].param, `parameter of ${variable.size}`);
        expectSameBits(widened(m), expected[i].m, `m of ${variable.size}`);
        expectSameBits(widened(v), expected[i].u, `v of ${variable.size}`);
      });
    });
  }

  it('are saved and resumed to the bit, and may be loaded in the other format', () => {
    const random = new Random(4);
    const gradients = Array.from({ length: 10 }, () => random.normals(50));
    const steps = (optimizer: Adamax, p: Float32Array, from: number, to: number) => {
      for (const gradient of gradients.slice(from, to)) optimizer.applyGradients([[gradient, p]]);
    };
    const start = random.normals(50);
    const whole = start.slice();
    steps(new Adamax({ slotDtype: 'bfloat16' }), whole, 0, 10);

    const p = start.slice();
    const first = new Adamax({ slotDtype: 'bfloat16' });
    steps(first, p, 0, 5);
    const saved = first.getWeights();
    expect(saved.map(({ dtype }) => dtype)).to.deep.equal(['int64', 'bfloat16', 'bfloat16']);
    expect(saved[1].data).to.be.an.instanceOf(Uint16Array);
    const second = Adamax.fromConfig(first.getConfig());
    expect(second.slotDtype).to.equal('bfloat16');
    second.build([p]);
    second.setWeights(saved);
    steps(second, p, 5, 10);
    expectSameBits(p, whole, 'resumed');

    const wide = new Adamax();
    const q = start.slice();
    wide.build([q]);
    wide.setWeights(saved);
    expectSameBits(wide.getSlot(q, 'v').data, widened(saved[2].data as Uint16Array), 'v, widened');
    const back = new Adamax({ slotDtype: 'bfloat16' });
    back.build([q]);
    back.setWeights(wide.getWeights());
    expect(back.getWeights()[2].data).to.deep.equal(saved[2].data);
  });

  it('go on from whatever was saved in them before', () => {
    const saved = Uint16Array.of(
      0x0001,
      0x8001,
      0x007f,
      0x0000,
      0x8000,
      0x3f81,
      0x7f7f,
      0xff7f,
      0x7f80,
      0xff80,
      0x7fc1,
    );
    const random = new Random(31);
    const [start, gradient] = [random.normals(saved.length), random.normals(saved.length)];
    const w = new Variable(start.slice(), { name: 'w' });
    const optimizer = new Adamax({ learningRate: LEARNING_RATE, slotDtype: 'bfloat16' });
    optimizer.build([w]);
    const shape = [saved.length];
    optimizer.setWeights([
      { name: 'iterations', dtype: 'int64', shape: [], data: BigInt64Array.of(4095n) },
      { name: 'w/m', dtype: 'bfloat16', shape, data: saved },
      { name: 'w/v', dtype: 'bfloat16', shape, data: saved.slice().reverse() },
    ]);
    expect(optimizer.getSlot<Uint16Array>(w, 'm').data).to.deep.equal(saved);
    optimizer.applyGradients([[gradient, w]]);
    const expected: State = { param: start, m: widened(saved), u: widened(saved).reverse() };
    stepDense(expected, gradient, adamaxScalars({ learningRate: LEARNING_RATE, step: 4096 }));
    store(expected, 4096);
    expectSameBits(w.data, expected.param, 'p');
    expectSameBits(widened(optimizer.getSlot<Uint16Array>(w, 'm').data), expected.m, 'm');
    expectSameBits(widened(optimizer.getSlot<Uint16Array>(w, 'v').data), expected.u, 'v');
  });

  it('take initial values, numbers and patterns', () => {
    const p = new Variable(new Float32Array(3), { name: 'p' });
    const optimizer = new Adamax({ slotDtype: 'bfloat16' });
    const m = optimizer.addSlot<Uint16Array>(p, 'm', [1, 2.0078125, -3]);
    expect([m.dtype, [...widened(m.data)]]).to.deep.equal(['bfloat16', [1, 2, -3]]);
    m.assign([0.5, 0.25, 1e-45]);
    expect([...widened(m.data)]).to.deep.equal([0.5, 0.25, 0]);
    m.assign(Uint16Array.of(0x3f80, 0x4000, 0xbf80));
    expect([...widened(m.data)]).to.deep.equal([1, 2, -1]);
    expect(new Variable(Uint16Array.of(0x3f80)).item()).to.equal(1);
    optimizer.applyGradients([[new Float32Array(3), p]]);
    expect(widened(m.data)[0]).to.be.closeTo(0.9, 0.004);
    expect(optimizer.addSlot(p, 'other', 'ones').dtype).to.equal('float32');
  });
});

describe('slotDtype', () => {
  it('bfloat16 serves every rule, and a clipped step, on every implementation alike', () => {
    const size = 3000;
    for (const make of [
      () => new SGD({ momentum: 0.9, slotDtype: 'bfloat16', clipnorm: 1 }),
      () => new Adagrad({ slotDtype: 'bfloat16' }),
      () => new RMSprop({ momentum: 0.5, slotDtype: 'bfloat16' }),
    ]) {
      const before = isa();
      const gradient = new Random(9).normals(size);
      const results = implementations.map((name) => {
        setIsa(name);
        const variable = new Variable(new Float32Array(size).fill(1));
        const optimizer = make();
        for (let k = 0; k < 3; k++) optimizer.applyGradients([[gradient, variable]]);
        return { variable, optimizer };
      });
      setIsa(before);
      const [{ variable: a, optimizer }] = results;
      for (const { variable } of results) expectSameBits(variable.data, a.data, make().name);
      expect(a.data.some((x) => x !== 1)).to.equal(true);
      for (const name of optimizer.getSlotNames()) {
        expect(optimizer.getSlot<Uint16Array>(a, name).data).to.be.an.instanceOf(Uint16Array);
      }
    }
  });

  it('is float32 or bfloat16; the config has it where it is not float32', () => {
    expect(new Adamax().slotDtype).to.equal('float32');
    expect(new Adamax().getConfig()).not.to.have.property('slot_dtype');
    expect(new Adamax({ slotDtype: 'bfloat16' }).getConfig()).to.have.property('slot_dtype', 'bfloat16');
    expectError(
      () => new Adamax({ slotDtype: 'float16' as never }),
      RangeError,
      'ERR_ADAMAX_ARG_VALUE',
      /^slotDtype must be one of float32, bfloat16 \(did you mean bfloat16\?\): received 'float16'$/,
    );
    expectError(() => new Adamax({ slotDtype: 16 as never }), TypeError, 'ERR_ADAMAX_ARG_TYPE', /^slotDtype must be/);
  });

  it('bfloat16 variables are slots, not parameters or gradients', () => {
    const pattern = new Variable(new Uint16Array(2));
    const p = new Float32Array(2);
    const optimizer = new Adamax();
    for (const pairs of [[[p, pattern]], [[pattern, p]]]) {
      expectError(() => optimizer.applyGradients(pairs as never), TypeError, 'ERR_ADAMAX_ARG_TYPE', /float32/);
    }
    const weights = [{ dtype: 'bfloat16', shape: [], data: new Uint16Array(1) }];
    const message = /weights\[0\] must be of dtype int64, .* for 'iterations': received 'bfloat16'$/;
    expectError(() => optimizer.setWeights(weights), RangeError, 'ERR_ADAMAX_WEIGHTS', message);
  });
});
