import { once } from 'node:events';
import { Adamax, type Gradient, IndexedSlices, Variable, type VariableLike } from 'adamax';
import { setIsa } from 'adamax/kernels';
import { expect } from 'chai';
import { expectSameBits, Random } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { implementations, onEveryImplementation } from '../support/implementations.js';

const f32 = (...x: number[]) => Float32Array.from(x);
type Pairs = [Gradient, VariableLike][];

/** Everything that a failed step must leave as it was. */
function snapshot(optimizer: Adamax, ...arrays: Float32Array[]): string {
  const weights = optimizer
    .getWeights()
    .map(({ shape, data }) => [shape, Array.from(data as ArrayLike<unknown>, String)]);
  return JSON.stringify([weights, optimizer.getSlotNames(), arrays.map((array) => Array.from(array, String))]);
}

onEveryImplementation('applyGradients', () => {
  it('takes any iterable, once', () => {
    const [a, b] = [f32(1), f32(2)];
    const optimizer = new Adamax({ learningRate: 1 });
    function* pairs(): Generator<[Gradient, VariableLike]> {
      yield [f32(1), a];
      yield [f32(1), b];
    }
    optimizer.applyGradients(pairs());
    optimizer.applyGradients(new Map<Gradient, VariableLike>([[f32(1), a]]));
    optimizer.applyGradients(new Set<[Gradient, VariableLike]>([[f32(1), b]]));
    expect(optimizer.iterations.item()).to.equal(3);
  });

  it('steps an array and the Variable on it through different states, one array always as one', () => {
    const p = f32(5);
    const optimizer = new Adamax();
    optimizer.applyGradients([[f32(1), p]]);
    optimizer.applyGradients([[f32(1), p]]);
    expect(optimizer.weights).to.have.length(3);
    const other = new Variable(p);
    expectError(
      () => optimizer.applyGradients([[f32(1), other]]),
      RangeError,
      'ERR_ADAMAX_OVERLAP',
      /must not share memory with 'Variable/,
    );
  });

  it('does nothing for an empty list', () => {
    const optimizer = new Adamax();
    optimizer.applyGradients([]);
    expect(optimizer.iterations.item()).to.equal(0);
  });

  it('leaves variables without a gradient alone, without slots, with one warning that names them', async () => {
    const [a, b] = [new Variable(f32(1), { name: 'a' }), new Variable(f32(2), { name: 'frozen' })];
    const optimizer = new Adamax();
    const warned = once(process, 'warning') as Promise<[Error & { code: string }]>;
    const warnings: Error[] = [];
    const listener = (warning: Error) => warnings.push(warning);
    process.on('warning', listener);
    for (let k = 0; k < 3; k++)
      optimizer.applyGradients([
        [f32(1), a],
        [null, b],
      ]);
    const [{ code, message }] = await warned;
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', listener);
    expect(code).to.equal('ADAMAX_NO_GRADIENT');
    expect(message).to.equal("No gradients for 'frozen': left as they are.");
    expect(warnings).to.have.length(1);
    expect(b.data[0]).to.equal(2);
    expect(optimizer.weights.map((w) => w.name)).to.deep.equal(['iter', 'Adamax/a/m', 'Adamax/a/v']);
    expect(optimizer.iterations.item()).to.equal(3);
  });

  it('refuses a list without any gradient before anything is created', () => {
    const optimizer = new Adamax();
    const a = new Variable(f32(1), { name: 'a' });
    expectError(
      () => optimizer.applyGradients([[null, a]]),
      RangeError,
      'ERR_ADAMAX_NO_GRADIENTS',
      /received null for 'a'$/,
    );
    expect(optimizer.weights).to.have.length(1);
    expect(optimizer.iterations.item()).to.equal(0);
  });

  const bad: [string, (a: Variable, b: Variable) => unknown, typeof TypeError | typeof RangeError, string, RegExp][] = [
    [
      'a list that is none',
      () => 5,
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^gradsAndVars must be an iterable .*: received 5$/,
    ],
    ['null', () => null, TypeError, 'ERR_ADAMAX_ARG_TYPE', /received null$/],
    [
      'an item that is no pair',
      (a) => [[f32(1, 1), a], 7],
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^gradsAndVars\[1\] must be a \[gradient, variable\] pair: received 7$/,
    ],
    ['a pair of three', (a) => [[f32(1, 1), a, 0]], TypeError, 'ERR_ADAMAX_ARG_TYPE', /^gradsAndVars\[0\]/],
    [
      'a gradient of another kind',
      (a) => [[new Float64Array(2), a]],
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^gradsAndVars\[0\]\[0\] must be .*: received Float64Array\(2\)$/,
    ],
    [
      'a variable of another kind',
      () => [[f32(1), {}]],
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^gradsAndVars\[0\]\[1\] must be a Variable or a Float32Array: received \{\}$/,
    ],
    [
      'an int64 variable',
      () => [[f32(1), new Variable(new BigInt64Array(1))]],
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /must be a float32 Variable/,
    ],
    [
      'a gradient of another length',
      (a, b) => [
        [f32(1, 1), a],
        [f32(1), b],
      ],
      RangeError,
      'ERR_ADAMAX_LENGTH',
      /^gradient of 'b' must have 4 elements like 'b': received 1$/,
    ],
    [
      'a variable listed twice',
      (a) => [
        [f32(1, 1), a],
        [f32(1, 1), a],
      ],
      RangeError,
      'ERR_ADAMAX_DUPLICATE',
      /received 'a' twice$/,
    ],
    [
      'a gradient that is a parameter',
      (a, b) => [
        [f32(1, 1), a],
        [b.data, b],
      ],
      RangeError,
      'ERR_ADAMAX_OVERLAP',
      /^gradient of 'b' must not share memory/,
    ],
    [
      'an index beyond the table',
      (a, b) => [
        [f32(1, 1), a],
        [new IndexedSlices(f32(1, 1), [2]), b],
      ],
      RangeError,
      'ERR_ADAMAX_INDEX',
      /^gradient of 'b'\.indices\[0\] must be in \[0, 2\): received 2$/,
    ],
    [
      'slices of another width',
      (a, b) => [
        [f32(1, 1), a],
        [new IndexedSlices(f32(1, 1, 1), [0]), b],
      ],
      RangeError,
      'ERR_ADAMAX_LENGTH',
      /^gradient of 'b'\.values must have 2 elements like 1 rows of 2: received 3$/,
    ],
    [
      "a dense shape that is not the variable's",
      (a, b) => [
        [f32(1, 1), a],
        [new IndexedSlices(f32(1, 1), [0], [9, 2]), b],
      ],
      RangeError,
      'ERR_ADAMAX_SHAPE',
      /^gradient of 'b'\.denseShape must be \[2, 2\]: received \[9, 2\]$/,
    ],
  ];
  for (const [title, make, type, code, message] of bad) {
    it(`refuses ${title}; nothing has changed, before the first step or after some`, () => {
      const a = new Variable(f32(1, 2), { name: 'a' });
      const b = new Variable(f32(1, 2, 3, 4), { name: 'b', shape: [2, 2] });
      const optimizer = new Adamax();
      for (const steps of [0, 2]) {
        for (let k = 0; k < steps; k++)
          optimizer.applyGradients([
            [f32(1, -1), a],
            [f32(1, 2, 3, k), b],
          ]);
        const before = snapshot(optimizer, a.data, b.data);
        expectError(() => optimizer.applyGradients(make(a, b) as Pairs), type, code as never, message);
        expect(snapshot(optimizer, a.data, b.data)).to.equal(before);
      }
      optimizer.applyGradients([
        [f32(1, -1), a],
        [f32(1, 2, 3, 4), b],
      ]); // and it goes on as if nothing had been
      expect(optimizer.iterations.item()).to.equal(3);
    });
  }

  it('refuses options it does not know', () => {
    expectError(
      () => new Adamax().applyGradients([], { nme: 'x' } as never),
      TypeError,
      'ERR_ADAMAX_OPTION',
      /received 'nme'$/,
    );
  });

  it('passes on what the iterator throws, with nothing changed', () => {
    const p = f32(1);
    const optimizer = new Adamax();
    function* broken(): Generator<[Gradient, VariableLike]> {
      yield [f32(1), p];
      throw new Error('out of data');
    }
    expect(() => optimizer.applyGradients(broken())).to.throw('out of data');
    expect(p[0]).to.equal(1);
    expect(optimizer.weights).to.have.length(1);
  });
});

onEveryImplementation('memory between steps', () => {
  function detach(array: Float32Array): void {
    structuredClone(null, { transfer: [array.buffer as ArrayBuffer] });
  }

  it('reads a gradient array again when it is used again', () => {
    const [p, q] = [f32(0), f32(0)];
    const [a, b] = [new Adamax({ learningRate: 1 }), new Adamax({ learningRate: 1 })];
    const reused = new Float32Array(1);
    for (const g of [1, -3, 0.5]) {
      reused[0] = g;
      a.applyGradients([[reused, p]]);
      b.applyGradients([[f32(g), q]]);
    }
    expectSameBits(p, q, 'p');
  });

  it('notices a parameter, a slot or a gradient that has lost its memory since the last step', () => {
    for (const victim of ['param', 'm', 'v', 'grad'] as const) {
      const [p, other] = [new Variable(f32(1, 2), { name: 'p' }), f32(3)];
      const optimizer = new Adamax();
      const grad = f32(1, 1);
      optimizer.applyGradients([
        [f32(1), other],
        [grad, p],
      ]);
      const array = { param: p.data, grad, m: optimizer.getSlot(p, 'm').data, v: optimizer.getSlot(p, 'v').data }[
        victim
      ];
      detach(array);
      const before = other[0];
      for (let k = 0; k < 2; k++) {
        expectError(
          () =>
            optimizer.applyGradients([
              [f32(1), other],
              [grad, p],
            ]),
          TypeError,
          'ERR_ADAMAX_DETACHED',
          /on a detached buffer$/,
        );
        expect(other[0]).to.equal(before);
        expect(optimizer.iterations.item()).to.equal(1);
      }
    }
  });

  it('binds afresh what a failed step has only begun to bind', () => {
    const [p, q] = [f32(0), f32(0)];
    const optimizer = new Adamax({ learningRate: 1 });
    optimizer.applyGradients([[f32(1), p]]);
    const second = f32(-1);
    const failing: Pairs = [
      [second, p],
      [f32(1, 1), q],
    ];
    expectError(() => optimizer.applyGradients(failing), RangeError, 'ERR_ADAMAX_LENGTH', /^gradient of/);
    optimizer.applyGradients([[second, p]]); // m = 0.9·0.1 − 0.1: nearly still, were the first gradient not bound any more
    expect(optimizer.getSlot(p, 'm').data[0]).to.be.closeTo(-0.01, 1e-7);
  });

  it('takes a gradient that lies beside its parameter in one buffer', () => {
    const buffer = new Float32Array(30).fill(1);
    const [before, p, behind] = [buffer.subarray(0, 10), buffer.subarray(10, 20), buffer.subarray(20, 30)];
    const optimizer = new Adamax({ learningRate: 1 });
    optimizer.applyGradients([[before, p]]);
    optimizer.applyGradients([[behind, p]]);
    expect([before[9], behind[0]]).to.deep.equal([1, 1]);
    const across = buffer.subarray(9, 19);
    expectError(() => optimizer.applyGradients([[across, p]]), RangeError, 'ERR_ADAMAX_OVERLAP', /at byte 36$/);
  });

  it('notices a variable that comes to lie on a gradient bound before', () => {
    const [p, grad] = [f32(1, 2), f32(1, 1)];
    const optimizer = new Adamax();
    optimizer.applyGradients([[grad, p]]);
    const pairs: Pairs = [
      [grad, p],
      [f32(3, 3), new Variable(grad, { name: 'late' })],
    ];
    expectError(() => optimizer.applyGradients(pairs), RangeError, 'ERR_ADAMAX_OVERLAP', /with 'late'/);
    expect([...grad]).to.deep.equal([1, 1]);
    optimizer.applyGradients([[grad, p]]);
  });

  it('notices a subclass that gave the memory of its scalars away', () => {
    class Careless extends Adamax {
      careful = true;
      protected override writeScalars(step: number, learningRate: number, scalars: Float32Array): void {
        super.writeScalars(step, learningRate, scalars);
        if (!this.careful) detach(scalars);
      }
    }
    const p = f32(1);
    const optimizer = new Careless();
    optimizer.applyGradients([[f32(1), p]]);
    optimizer.careful = false;
    const before = p[0];
    for (let k = 0; k < 2; k++) {
      const step = () => optimizer.applyGradients([[f32(1), p]]);
      if (k === 0) expectError(step, TypeError, 'ERR_ADAMAX_DETACHED', /^scalars must be a view on live memory/);
      else expect(step).to.throw(TypeError);
      expect([p[0], optimizer.iterations.item()]).to.deep.equal([before, 1]);
    }
  });

  it('notices values and indices that have both lost their memory', () => {
    const table = new Variable(f32(1, 2, 3, 4), { shape: [2, 2] });
    const optimizer = new Adamax();
    const slices = new IndexedSlices(f32(1, 1), Int32Array.of(1));
    optimizer.applyGradients([[slices, table]]);
    detach(slices.values);
    structuredClone(null, { transfer: [slices.indices.buffer as ArrayBuffer] });
    expectError(() => optimizer.applyGradients([[slices, table]]), TypeError, 'ERR_ADAMAX_DETACHED', /^gradient of/);
  });

  it('notices a view of WebAssembly memory that has grown, and takes the new view', () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 2 });
    const stale = new Float32Array(memory.buffer, 64, 4);
    const p = new Float32Array(4);
    const optimizer = new Adamax();
    optimizer.applyGradients([[stale, p]]);
    memory.grow(1);
    expectError(() => optimizer.applyGradients([[stale, p]]), TypeError, 'ERR_ADAMAX_DETACHED', /detached/);
    optimizer.applyGradients([[new Float32Array(memory.buffer, 64, 4), p]]);
    expect(optimizer.iterations.item()).to.equal(2);
  });

  it("is not misled by a length property of the array's own", () => {
    const p = f32(1, 2);
    const grad = f32(1, 1);
    const optimizer = new Adamax();
    optimizer.applyGradients([[grad, p]]);
    Object.defineProperty(grad, 'length', { value: 2 });
    detach(grad);
    expectError(() => optimizer.applyGradients([[grad, p]]), TypeError, 'ERR_ADAMAX_DETACHED', /detached/);
  });

  it('steps lists that change: order, length, kind of gradient', () => {
    const random = new Random(3);
    const sizes = [1, 6, 17, 40];
    const make = () => sizes.map((n) => new Variable(new Float32Array(n).fill(1), { shape: [n, 1] }));
    const [together, apart] = [make(), make()];
    const one = new Adamax();
    const many = sizes.map(() => new Adamax());
    for (let k = 0; k < 40; k++) {
      const order = [0, 1, 2, 3].filter(() => random.below(3) > 0).sort(() => random.below(2) - 0.5);
      const grads = order.map((i): Gradient => {
        if (random.below(2) === 0) return random.normals(sizes[i]);
        const rows = Array.from({ length: 1 + random.below(5) }, () => random.below(sizes[i]));
        return new IndexedSlices(random.normals(rows.length), rows);
      });
      if (order.length === 0) continue;
      one.applyGradients(order.map((i, j) => [grads[j], together[i]]));
      order.forEach((i, j) => {
        many[i].iterations.assign(one.iterations.item() - 1);
        many[i].applyGradients([[grads[j], apart[i]]]);
      });
    }
    together.forEach((variable, i) => {
      expectSameBits(variable.data, apart[i].data, `variable ${i}`);
    });
  });

  it('takes views at any 4-byte offset', () => {
    for (let offset = 0; offset < 16; offset++) {
      const buffer = new Float32Array(64);
      const p = buffer.subarray(offset, offset + 20);
      const optimizer = new Adamax({ learningRate: 1 });
      optimizer.applyGradients([[new Float32Array(40).fill(1).subarray(7, 27), p]]);
      expect(buffer.filter((x) => x !== 0)).to.have.length(20);
    }
  });
});

describe('changing the implementation in the middle of training', () => {
  it('changes no bit', () => {
    const random = new Random(11);
    const run = (choose: (k: number) => void) => {
      const p = new Variable(new Float32Array(50).fill(1), { shape: [10, 5] });
      const optimizer = new Adamax({ learningRate: 0.1 });
      const source = new Random(12);
      for (let k = 0; k < 20; k++) {
        choose(k);
        const gradient = k % 2 === 0 ? source.normals(50) : new IndexedSlices(source.normals(15), [3, 9, 3]);
        optimizer.applyGradients([[gradient, p]]);
      }
      return p.data;
    };
    const fixed = run(() => {});
    const changing = run(() => setIsa(implementations[random.below(implementations.length)]));
    setIsa(implementations[implementations.length - 1]);
    expectSameBits(changing, fixed, 'p');
  });
});

describe('state', () => {
  const trained = (steps: number) => {
    const a = new Variable(f32(1, 2), { name: 'a' });
    const b = new Variable(f32(1, 2, 3, 4), { name: 'b', shape: [2, 2] });
    const optimizer = new Adamax();
    const step = (k: number) =>
      optimizer.applyGradients([
        [f32(k, -1), a],
        [f32(1, 2, 3, k), b],
      ]);
    for (let k = 0; k < steps; k++) step(k);
    return { a, b, optimizer, step };
  };

  it('is listed as Keras lists it: iterations, every m, every v', () => {
    const { optimizer, step } = trained(0);
    expect(optimizer.weights.map((w) => w.name)).to.deep.equal(['iter']);
    expect(optimizer.getSlotNames()).to.deep.equal([]);
    step(1);
    const late = new Variable(f32(1), { name: 'late' });
    optimizer.applyGradients([[f32(1), late]]);
    expect(optimizer.weights.map((w) => w.name)).to.deep.equal([
      'iter',
      'Adamax/a/m',
      'Adamax/b/m',
      'Adamax/a/v',
      'Adamax/b/v',
      'Adamax/late/m',
      'Adamax/late/v',
    ]);
    expect(optimizer.variables()).to.deep.equal(optimizer.weights);
    expect(optimizer.getSlotNames()).to.deep.equal(['m', 'v']);
    expect(optimizer.weights.map((w) => [w.dtype, w.shape])[2]).to.deep.equal(['float32', [2, 2]]);
    expect(optimizer.weights[0].dtype).to.equal('int64');
  });

  it('resumes to the bit: uninterrupted = saved and restored ≠ started afresh', () => {
    const whole = trained(10);
    const first = trained(5);
    const saved = first.optimizer.getWeights();
    const resumed = trained(0);
    const cold = trained(0);
    for (const run of [resumed, cold]) {
      run.a.assign(first.a.data);
      run.b.assign(first.b.data);
    }
    resumed.optimizer.build([resumed.a, resumed.b]);
    resumed.optimizer.setWeights(saved);
    for (let k = 5; k < 10; k++) for (const run of [resumed, cold]) run.step(k);
    expectSameBits(resumed.b.data, whole.b.data, 'resumed');
    expect(resumed.optimizer.iterations.item()).to.equal(10);
    expect(Array.from(cold.b.data)).to.not.deep.equal(Array.from(whole.b.data));
  });

  it('getWeights copies', () => {
    const { optimizer } = trained(1);
    const [iterations, m] = optimizer.getWeights();
    expect(iterations).to.deep.equal({ dtype: 'int64', shape: [], data: BigInt64Array.of(1n) });
    m.data.fill(9 as never);
    expect(optimizer.weights[1].data[0]).to.not.equal(9);
  });

  it('setWeights writes nothing unless everything fits', () => {
    const { optimizer } = trained(2);
    const good = trained(7).optimizer.getWeights();
    const before = snapshot(optimizer);
    const change = (i: number, part: object) => good.map((w, j) => (i === j ? { ...w, ...part } : w));
    for (const [weights, type, code, message] of [
      [
        good.slice(1),
        RangeError,
        'ERR_ADAMAX_LENGTH',
        /^weights must have 5 arrays for optimizer 'Adamax': received 4$/,
      ],
      [
        change(4, { shape: [4] }),
        RangeError,
        'ERR_ADAMAX_SHAPE',
        /^weights\[4\]\.shape must be \[2, 2\] for 'Adamax\/b\/v': received \[4\]$/,
      ],
      [
        change(4, { data: new Float64Array(4) }),
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /^weights\[4\]\.data must be a Float32Array/,
      ],
      [
        change(4, { data: f32(1) }),
        RangeError,
        'ERR_ADAMAX_LENGTH',
        /^weights\[4\]\.data must have 4 elements: received Float32Array\(1\)$/,
      ],
      [change(0, { data: f32(1) }), TypeError, 'ERR_ADAMAX_ARG_TYPE', /^weights\[0\]\.data must be a BigInt64Array/],
      [change(1, { shape: undefined }), TypeError, 'ERR_ADAMAX_ARG_TYPE', /^weights\[1\]\.shape/],
      [[null, ...good.slice(1)], TypeError, 'ERR_ADAMAX_ARG_TYPE', /^weights\[0\] must be/],
      ['weights', TypeError, 'ERR_ADAMAX_ARG_TYPE', /^weights must be an array/],
    ] as const) {
      expectError(() => optimizer.setWeights(weights as never), type, code, message);
      expect(snapshot(optimizer)).to.equal(before);
    }
    optimizer.setWeights(good);
    expect(optimizer.iterations.item()).to.equal(7);
  });

  it('takes a step count set before the first step', () => {
    const [p, q] = [f32(1), f32(1)];
    const optimizer = new Adamax({ learningRate: 0.1 });
    optimizer.iterations.assign(4);
    optimizer.applyGradients([[f32(1), p]]);
    // m = 0.1, u = 1: 1 − 0.1·(0.1 / (1 − 0.9⁵))
    q[0] -= (0.1 * 0.1) / (1 - 0.9 ** 5);
    expect(p[0]).to.be.closeTo(q[0], 1e-7);
    expect(optimizer.iterations.item()).to.equal(5);
  });

  it('adds slots, and finds them or says what there is', () => {
    const { optimizer, a } = trained(0);
    expectError(
      () => optimizer.getSlot(a, 'm'),
      RangeError,
      'ERR_ADAMAX_SLOT',
      /^slotName of 'a' must have been made by .*: received 'm'$/,
    );
    const m = optimizer.addSlot(a, 'm');
    expect(optimizer.getSlot(a, 'm')).to.equal(m);
    expect(optimizer.addSlot(a, 'm')).to.equal(m);
    const ema = optimizer.addSlot(a, 'ema');
    expect(ema.shape).to.deep.equal([2]);
    expect(optimizer.weights.map((w) => w.name)).to.deep.equal(['iter', 'Adamax/a/m', 'Adamax/a/ema']);
    expectError(() => optimizer.getSlot(a, 'x'), RangeError, 'ERR_ADAMAX_SLOT', /must be one of m, ema: received 'x'$/);
    optimizer.applyGradients([[f32(1, 1), a]]);
    expect(m.data[0]).to.be.closeTo(0.1, 1e-7);
  });

  it('build makes slots once, in the order of Keras', () => {
    const { optimizer, a, b } = trained(0);
    optimizer.build([a, b, a]);
    optimizer.build([b]);
    expect(optimizer.weights.map((w) => w.name)).to.deep.equal([
      'iter',
      'Adamax/a/m',
      'Adamax/b/m',
      'Adamax/a/v',
      'Adamax/b/v',
    ]);
    expectError(
      () => optimizer.build([3 as never]),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^varList\[0\] must be a Variable or a Float32Array: received 3$/,
    );
  });

  it('build makes slots for all of its variables or for none', () => {
    const { optimizer, a } = trained(0);
    const twin = new Variable(a.data.subarray(1), { name: 'twin' });
    expectError(
      () => optimizer.build([a, twin]),
      RangeError,
      'ERR_ADAMAX_OVERLAP',
      /^'twin' must not share memory with 'a'/,
    );
    expect(optimizer.weights).to.have.length(1);
    optimizer.build([twin]); // what failed before left no trace
    expect(optimizer.weights.map((w) => w.name)).to.deep.equal(['iter', 'Adamax/twin/m', 'Adamax/twin/v']);
  });
});
