import { Adamax, type Gradient, type SlotDtype, Variable, type VariableLike } from 'adamax';
import { expect } from 'chai';
import { statesOf } from '#internals';
import { expectSameBits, f32, Random } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';

onEveryImplementation('release', () => {
  it('drops slots and memory of variables, and leaves the others as they are', () => {
    const [a, b] = [new Variable(f32(1, 2), { name: 'a' }), new Variable(f32(3), { name: 'b' })];
    const optimizer = new Adamax({ learningRate: 1 });
    const pairs: [Gradient, VariableLike][] = [
      [f32(1, 1), a],
      [f32(1), b],
    ];
    optimizer.applyGradients(pairs);
    optimizer.addSlot(a, 'mine');
    const v = optimizer.getSlot(b, 'v').data;
    optimizer.release([a]);
    expect(optimizer.weights.map(({ name }) => name)).to.deep.equal(['iter', 'Adamax/b/m', 'Adamax/b/v']);
    expectError(() => optimizer.getSlot(a, 'm'), RangeError, 'ERR_ADAMAX_SLOT', /^slotName of 'a' must/);
    expect(optimizer.getSlotNames()).to.deep.equal(['m', 'v']);
    expect(optimizer.getSlot(b, 'v').data).to.equal(v);
    // Its memory may be anything now, even the gradient of another.
    optimizer.applyGradients([[a.data.subarray(0, 1), b]]);
    // A step with it begins with new slots.
    optimizer.applyGradients(pairs);
    expectSameBits(optimizer.getSlot(a, 'v').data, f32(1, 1), 'v of a');
    expect(optimizer.iterations.item()).to.equal(3);
  });

  it('in the midst of a training has the bits of a training that begins there', () => {
    const random = new Random(5);
    const p = new Variable(random.normals(100));
    const optimizer = new Adamax();
    for (let k = 0; k < 3; k++) optimizer.applyGradients([[random.normals(100), p]]);
    optimizer.release([p]);
    const [q, fresh] = [p.data.slice(), new Adamax()];
    fresh.iterations.assign(3);
    for (let k = 0; k < 3; k++) {
      const gradient = random.normals(100);
      optimizer.applyGradients([[gradient, p]]);
      fresh.applyGradients([[gradient, q]]);
    }
    expectSameBits(p.data, q, 'p');
  });

  it('takes bare arrays and any iterable, passes over what it has never seen, and refuses what is no variable', () => {
    const [p, q] = [f32(1), f32(2)];
    const optimizer = new Adamax();
    optimizer.applyGradients([[f32(1), p]]);
    optimizer.release(new Set([p.subarray(0), q]));
    expect(optimizer.weights).to.have.length(1);
    for (const bad of [null, 1, 'x', {}]) {
      expectError(
        () => optimizer.release(bad as never),
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /^variables must be a float32 Variable, a Float32Array or an iter/,
      );
    }
    expectError(
      () => optimizer.release([1] as never),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^variables\[0\] must be a float32 V/,
    );
  });

  it('of a variable without elements leaves the memory of others guarded', () => {
    const data = f32(1, 1, 1, 1);
    const [a, empty] = [new Variable(data, { name: 'a' }), new Variable(data.subarray(0, 0))];
    const optimizer = new Adamax();
    optimizer.applyGradients([
      [f32(1, 1, 1, 1), a],
      [new Float32Array(0), empty],
    ]);
    optimizer.release([empty]);
    const step = () => optimizer.applyGradients([[data, a]]);
    expectError(
      step,
      RangeError,
      'ERR_ADAMAX_OVERLAP',
      /^gradient of 'a' at gradsAndVars\[0\]\[0\] must not share memory with 'a'/,
    );
  });

  it('of slots that were added ahead of a step forgets them', () => {
    const p = new Variable(f32(1, 2));
    const optimizer = new Adamax();
    const early = optimizer.addSlot(p, 'm', 'ones');
    optimizer.release([p]);
    expect(optimizer.weights).to.have.length(1);
    expect(early.rebind(f32(3, 3)).data[0]).to.equal(3);
    optimizer.applyGradients([[f32(1, 1), p]]);
    expect(optimizer.getSlot(p, 'm').data[0]).to.be.closeTo(0.1, 1e-7);
  });
});

describe('memory of slots', () => {
  for (const slotDtype of ['float32', 'bfloat16'] as const satisfies readonly SlotDtype[]) {
    it(`of ${slotDtype} comes from an allocator that was handed in`, () => {
      const random = new Random(9);
      for (const size of [3, 5000]) {
        const [shared, usual] = [new Adamax({ slotDtype }), new Adamax({ slotDtype })];
        statesOf(shared).newSlots.memory.allocator = (bytes) => new SharedArrayBuffer(bytes);
        const start = random.normals(size);
        const [p, q] = [new Variable(start.slice()), new Variable(start.slice())];
        for (let k = 0; k < 3; k++) {
          const gradient = random.normals(size);
          shared.applyGradients([[gradient, p]]);
          usual.applyGradients([[gradient, q]]);
        }
        expect(shared.getSlot(p, 'm').data.buffer).to.be.an.instanceOf(SharedArrayBuffer);
        expectSameBits(p.data, q.data, `size ${size}`);
      }
    });
  }
});
