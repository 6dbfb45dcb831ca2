import { Adagrad, Adamax, type Gradient, optimizers, RMSprop, SGD, Variable, type VariableLike } from 'adamax';
import { isa } from 'adamax/kernels';
import { expect } from 'chai';
import { expectSameBits, f32, Random } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';
import { detach, ResizableArrayBuffer } from '../support/memory.js';

onEveryImplementation('Variable.rebind', () => {
  it('keeps slots and the count: steps in other memory have the bits of steps in one array', () => {
    const random = new Random(3);
    for (const size of [1, 17, 600, 5000]) {
      const start = random.normals(size);
      const [still, moving] = [new Variable(start.slice()), new Variable(start.slice())];
      const [a, b] = [new Adamax({ clipnorm: 1 }), new Adamax({ clipnorm: 1 })];
      for (let k = 0; k < 6; k++) {
        const gradient = random.normals(size);
        a.applyGradients([[gradient, still]]);
        if (k % 2 === 1) moving.rebind(moving.data.slice());
        b.applyGradients([[gradient, moving]]);
        expectSameBits(moving.data, still.data, `size ${size}, step ${k}`);
      }
      expect(b.weights).to.have.length(3);
      expectSameBits(b.getSlot(moving, 'v').data, a.getSlot(still, 'v').data, 'v');
    }
  });

  it('writes the new memory only, and leaves the old one free for anything', () => {
    const old = f32(1, 2);
    const p = new Variable(old, { name: 'p' });
    const optimizer = new Adamax();
    optimizer.applyGradients([[f32(1, 1), p]]);
    const before = old.slice();
    p.rebind(f32(5, 6));
    optimizer.applyGradients([[f32(1, 1), p]]);
    expectSameBits(old, before, 'old memory');
    // The old memory may be a gradient now, or another variable.
    optimizer.applyGradients([[old, p]]);
    optimizer.applyGradients([
      [f32(1, 1), p],
      [f32(1, 1), new Variable(old, { name: 'q' })],
    ]);
    expect(optimizer.iterations.item()).to.equal(4);
  });

  it('follows a WebAssembly memory that grows', () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 4 });
    const w = new Variable(new Float32Array(memory.buffer, 64, 4).fill(1), { name: 'w' });
    const [optimizer, reference] = [new Adamax(), new Adamax()];
    const r = new Float32Array(4).fill(1);
    for (let k = 0; k < 4; k++) {
      const g = f32(1, -1, k, 0.5);
      optimizer.applyGradients([[g, w]]);
      reference.applyGradients([[g, r]]);
      // Growing by nothing replaces the buffer as well.
      memory.grow(k % 2);
      const step = () => optimizer.applyGradients([[g, w]]);
      expectError(
        step,
        TypeError,
        'ERR_ADAMAX_DETACHED',
        /^'w' at gradsAndVars\[0\]\[1\] must be a view on live memory/,
      );
      w.rebind(new Float32Array(memory.buffer, 64, 4));
    }
    expectSameBits(w.data, r, 'w');
  });

  it('follows a WebAssembly memory that grows with every rule, those without slots among them', () => {
    for (const optimizer of [new SGD(), new SGD({ momentum: 0.9 }), new RMSprop(), new Adagrad()]) {
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 4 });
      const w = new Variable(new Float32Array(memory.buffer, 64, 4).fill(1), { name: 'w' });
      const reference = optimizers.deserialize(optimizers.serialize(optimizer));
      const r = new Float32Array(4).fill(1);
      for (let k = 0; k < 3; k++) {
        const g = f32(1, -1, k, 0.5);
        optimizer.applyGradients([[g, w]]);
        reference.applyGradients([[g, r]]);
        memory.grow(1);
        w.rebind(new Float32Array(memory.buffer, 64, 4));
      }
      expectSameBits(w.data, r, optimizer.name);
    }
  });

  it('lets two variables change places, whether both are in the next step or not', () => {
    for (const both of [true, false]) {
      const [x, y] = [f32(1, 2), f32(3, 4)];
      const [a, b] = [new Variable(x, { name: 'a' }), new Variable(y, { name: 'b' })];
      const optimizer = new Adamax({ learningRate: 1 });
      const pairs: [Gradient, VariableLike][] = [
        [f32(1, 1), a],
        [f32(-1, -1), b],
      ];
      optimizer.applyGradients(pairs);
      expect([...x, ...y].map((value) => value.toFixed(3))).to.deep.equal(['0.000', '1.000', '4.000', '5.000']);
      a.rebind(y);
      b.rebind(x);
      optimizer.applyGradients(both ? pairs : [pairs[0]]);
      // m of a is 0.19 and its correction 0.19: one whole step of a, now in y.
      expect(y[0]).to.be.closeTo(3, 1e-5);
      expect(x[0]).to.be.closeTo(both ? 1 : 0, 1e-5);
    }
  });

  it('in the midst of a step counts from that step on', () => {
    const [old, next] = [f32(1), f32(10)];
    const p = new Variable(old);
    const optimizer = new Adamax({
      learningRate: () => {
        if (optimizer.iterations.item() === 1) p.rebind(next);
        return 1;
      },
    });
    for (let k = 0; k < 3; k++) optimizer.applyGradients([[f32(1), p]]);
    expect(old[0]).to.be.closeTo(0, 1e-5);
    expect(next[0]).to.be.closeTo(8, 1e-5);
  });

  it('to memory of another variable is refused by the step, which changes nothing', () => {
    const [a, b] = [new Variable(f32(1, 2), { name: 'a' }), new Variable(f32(3, 4), { name: 'b' })];
    const optimizer = new Adamax();
    const pairs: [Gradient, VariableLike][] = [
      [f32(1, 1), a],
      [f32(1, 1), b],
    ];
    optimizer.applyGradients(pairs);
    const own = a.data;
    const state = JSON.stringify(optimizer.getWeights(), (_, x) => (typeof x === 'bigint' ? `${x}` : x));
    a.rebind(b.data);
    for (let k = 0; k < 2; k++) {
      expectError(
        () => optimizer.applyGradients(pairs),
        RangeError,
        'ERR_ADAMAX_OVERLAP',
        /^'a' at gradsAndVars\[\d\]\[1\] must not share memory with 'b'/,
      );
    }
    expect(JSON.stringify(optimizer.getWeights(), (_, x) => (typeof x === 'bigint' ? `${x}` : x))).to.equal(state);
    a.rebind(own);
    optimizer.applyGradients(pairs);
    expect(optimizer.iterations.item()).to.equal(2);
  });

  it('serves several optimizers of one variable', () => {
    const p = new Variable(f32(4));
    const [a, b] = [new Adamax({ learningRate: 1 }), new RMSprop({ learningRate: 1 })];
    for (const optimizer of [a, b]) optimizer.applyGradients([[f32(1), p]]);
    const old = p.data;
    p.rebind(f32(100));
    const before = old[0];
    for (const optimizer of [a, b]) optimizer.applyGradients([[f32(1), p]]);
    expect(old[0]).to.equal(before);
    expect(p.data[0]).to.be.below(99);
  });

  it('works for the counter', () => {
    const optimizer = new Adamax();
    optimizer.applyGradients([[f32(1), f32(1)]]);
    const array = BigInt64Array.of(41n);
    optimizer.iterations.rebind(array);
    optimizer.applyGradients([[f32(1), f32(1)]]);
    expect(array[0]).to.equal(42n);
    expect(optimizer.iterations.item()).to.equal(42);
  });

  it('keeps the constraint, which gets the new array', () => {
    const seen: Float32Array[] = [];
    const p = new Variable(f32(-1), { constraint: (values) => void seen.push(values) });
    const optimizer = new Adamax();
    optimizer.applyGradients([[f32(1), p]]);
    const next = f32(5);
    p.rebind(next);
    optimizer.applyGradients([[f32(1), p]]);
    expect(seen[1]).to.equal(next);
  });
});

describe('Variable.rebind', () => {
  const refused: [string, () => unknown, typeof TypeError | typeof RangeError, string, RegExp][] = [
    [
      'another length',
      () => f32(1),
      RangeError,
      'ERR_ADAMAX_LENGTH',
      /^data must have 2 elements like its variable: received 1$/,
    ],
    [
      'another kind',
      () => new Float64Array(2),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^data must be a Float32Array \(.*\): rec/,
    ],
    ['no array', () => [1, 2], TypeError, 'ERR_ADAMAX_ARG_TYPE', /^data must be a Float32Array \(.*\): received \[/],
    [
      'memory that has gone',
      () => {
        const array = f32(1, 2);
        detach(array);
        return array;
      },
      TypeError,
      'ERR_ADAMAX_DETACHED',
      /^data must be a view on live memory/,
    ],
    [
      'memory that may move',
      () => new Float32Array(new ResizableArrayBuffer(8, { maxByteLength: 16 })),
      TypeError,
      'ERR_ADAMAX_RESIZABLE',
      /^data must lie on a buffer of fixed length/,
    ],
  ];
  for (const [title, make, type, code, message] of refused) {
    it(`refuses ${title}, and the variable stays where it is`, () => {
      const data = f32(1, 2);
      const p = new Variable(data, { name: 'p' });
      expectError(() => p.rebind(make() as Float32Array), type, code as never, message);
      expect(p.data).to.equal(data);
    });
  }

  it('refuses a slot, whose memory is its optimizer’s', () => {
    const p = new Variable(f32(1, 2), { name: 'p' });
    const optimizer = new Adamax();
    optimizer.build([p]);
    const slot = optimizer.getSlot(p, 'm');
    expectError(() => slot.rebind(f32(1, 2)), TypeError, 'ERR_ADAMAX_STATE', /received the slot 'Adamax\/p\/m'/);
  });

  it('takes int64 and bfloat16 arrays for their own kinds only', () => {
    const int64 = new Variable(BigInt64Array.of(1n));
    expectError(() => int64.rebind(f32(1) as never), TypeError, 'ERR_ADAMAX_ARG_TYPE', /^data must be a BigInt64Array/);
    expect(int64.rebind(BigInt64Array.of(7n)).item()).to.equal(7);
    const bfloat16 = new Variable(Uint16Array.of(0x3f80));
    expectError(
      () => bfloat16.rebind(f32(1) as never),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^data must be a Uint16Array/,
    );
    expect(bfloat16.rebind(Uint16Array.of(0x4000)).item()).to.equal(2);
  });

  it('waits for a step off the event loop', async () => {
    const p = new Variable(new Float32Array(2 ** 20), { name: 'p' });
    const optimizer = new Adamax();
    const flight = optimizer.applyGradientsAsync([[new Float32Array(2 ** 20).fill(1), p]]);
    const rebind = () => p.rebind(new Float32Array(2 ** 20));
    if (isa() !== 'js') expectError(rebind, TypeError, 'ERR_ADAMAX_BUSY', /received a call before it was done$/);
    await flight;
    expect(rebind().size).to.equal(2 ** 20);
  });
});
