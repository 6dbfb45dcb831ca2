import { Adamax, type Gradient, Variable, type VariableLike } from 'adamax';
import { expect } from 'chai';
import { expectSameBits, f32, Random } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';

onEveryImplementation('views', () => {
  it('of one memory are one variable, whatever view comes', () => {
    const data = f32(9, 1, 2, 3, 9);
    const reference = f32(1, 2, 3);
    const [optimizer, other] = [new Adamax(), new Adamax()];
    for (let k = 0; k < 5; k++) {
      const gradient = f32(k, -1, 0.5);
      optimizer.applyGradients([[gradient, data.subarray(1, 4)]]);
      other.applyGradients([[gradient, reference]]);
    }
    expectSameBits(data.subarray(1, 4), reference, 'p');
    expect([data[0], data[4]]).to.deep.equal([9, 9]);
    expect(optimizer.weights).to.have.length(3);
    expectSameBits(optimizer.getSlot(data.subarray(1, 4), 'v').data, other.getSlot(reference, 'v').data, 'v');
  });

  it('of one memory are one variable within a step, and cannot be listed twice', () => {
    const data = f32(1, 2, 3);
    const pairs: [Gradient, VariableLike][] = [
      [f32(1, 1), data.subarray(0, 2)],
      [f32(1, 1), data.subarray(0, 2)],
    ];
    expectError(
      () => new Adamax().applyGradients(pairs),
      RangeError,
      'ERR_ADAMAX_DUPLICATE',
      /received variable at gradsAndVars\[\d\]\[1\] and again at gradsAndVars\[\d\]\[1\]$/,
    );
  });

  it('of other lengths are other variables, which may not overlap', () => {
    const data = f32(1, 2, 3);
    const optimizer = new Adamax();
    optimizer.applyGradients([[f32(1, 1), data.subarray(0, 2)]]);
    const wider = () => optimizer.applyGradients([[f32(1, 1, 1), data.subarray(0, 3)]]);
    expectError(wider, RangeError, 'ERR_ADAMAX_OVERLAP', /must not share memory with/);
    optimizer.applyGradients([[f32(1), data.subarray(2)]]);
    expect(optimizer.weights).to.have.length(5);
  });

  it('of one buffer, parameters and gradients alike, step as arrays of their own do', () => {
    const random = new Random(8);
    const [count, size] = [40, 24];
    const heap = new Float32Array(2 * count * size);
    const apart = Array.from({ length: count }, () => random.normals(size));
    // Parameters and gradients lie in turns, and the order of a step is not that of memory.
    const order = Array.from({ length: count }, (_, i) => (i * 7) % count);
    const place = (i: number, gradient: 0 | 1) =>
      heap.subarray((2 * i + gradient) * size, (2 * i + gradient + 1) * size);
    apart.forEach((values, i) => {
      place(i, 0).set(values);
    });
    const [optimizer, reference] = [new Adamax({ clipnorm: 2 }), new Adamax({ clipnorm: 2 })];
    for (let k = 0; k < 6; k++) {
      const gradients = order.map(() => random.normals(size));
      order.forEach((i, j) => {
        place(i, 1).set(gradients[j]);
      });
      optimizer.applyGradients(order.map((i) => [place(i, 1), place(i, 0)]));
      reference.applyGradients(order.map((i, j) => [gradients[j], apart[i]]));
    }
    apart.forEach((values, i) => {
      expectSameBits(place(i, 0), values, `variable ${i}`);
    });
    const across = heap.subarray(size / 2, size / 2 + size);
    const step = () => optimizer.applyGradients([[across, place(1, 0)]]);
    expectError(step, RangeError, 'ERR_ADAMAX_OVERLAP', /^gradient .* must not share memory with/);
  });

  it('on a SharedArrayBuffer are one variable too', () => {
    const shared = new SharedArrayBuffer(8);
    const optimizer = new Adamax({ learningRate: 1 });
    for (let k = 0; k < 2; k++) optimizer.applyGradients([[f32(1, 1), new Float32Array(shared)]]);
    expect(new Float32Array(shared)[0]).to.be.closeTo(-2, 1e-5);
    expect(optimizer.weights).to.have.length(3);
  });
});

describe('a bare array and a Variable on it', () => {
  it('are two, and the second of them is refused', () => {
    const p = f32(5);
    const optimizer = new Adamax();
    optimizer.applyGradients([[f32(1), p]]);
    const step = () => optimizer.applyGradients([[f32(1), new Variable(p)]]);
    expectError(
      step,
      RangeError,
      'ERR_ADAMAX_OVERLAP',
      /must not share memory with a variable of shape \[1\] without a name \(if they are one/,
    );
  });
});
