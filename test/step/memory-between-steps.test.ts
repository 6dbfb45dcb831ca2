import { Adamax, type Gradient, IndexedSlices, Variable, type VariableLike } from 'adamax';
import { expect } from 'chai';
import { expectSameBits, f32, Random } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';
import { detach } from '../support/memory.js';

type Pairs = [Gradient, VariableLike][];

onEveryImplementation('memory between steps: a later step', () => {
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
    expectError(
      () => optimizer.applyGradients(failing),
      RangeError,
      'ERR_ADAMAX_LENGTH',
      /^gradient at gradsAndVars\[\d\]\[0\]/,
    );
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
        if (!this.careful && scalars.length > 0) detach(scalars);
      }
    }
    const p = f32(1);
    const optimizer = new Careless();
    optimizer.applyGradients([[f32(1), p]]);
    optimizer.careful = false;
    const before = p[0];
    for (let k = 0; k < 2; k++) {
      const step = () => optimizer.applyGradients([[f32(1), p]]);
      expectError(step, TypeError, 'ERR_ADAMAX_DETACHED', /^scalars must be a view on live memory/);
      expect([p[0], optimizer.iterations.item()]).to.deep.equal([before, 1]);
    }
  });

  it('notices values and indices that have both lost their memory', () => {
    const table = new Variable(f32(1, 2, 3, 4), { shape: [2, 2] });
    const optimizer = new Adamax();
    const slices = new IndexedSlices(f32(1, 1), Int32Array.of(1));
    optimizer.applyGradients([[slices, table]]);
    detach(slices.values);
    detach(slices.indices);
    expectError(
      () => optimizer.applyGradients([[slices, table]]),
      TypeError,
      'ERR_ADAMAX_DETACHED',
      /^gradient at gradsAndVars\[\d\]\[0\]/,
    );
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
