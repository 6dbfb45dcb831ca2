import { Adamax, SGD, Variable } from 'adamax';
import { expect } from 'chai';
import { stepperOf } from '#internals';
import { expectSameBits, Random } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';
import { detach } from '../support/memory.js';

onEveryImplementation('a step on a heap', () => {
  it('by offsets has the bits of steps on arrays, wherever parameters lie and move', () => {
    const random = new Random(12);
    const sizes = [3, 64, 1, 700, 5000];
    for (const options of [{}, { clipnorm: 0.5 }, { slotDtype: 'bfloat16' as const }]) {
      const [heaped, reference] = [new Adamax(options), new Adamax(options)];
      const starts = sizes.map((size) => random.normals(size));
      const apart = starts.map((data) => new Variable(data.slice()));
      const memory = new WebAssembly.Memory({ initial: 4, maximum: 64 });
      const total = sizes.reduce((sum, size) => sum + size, 0);
      const at = (i: number) => sizes.slice(0, i).reduce((sum, size) => sum + size, 5);
      const view = () => new Float32Array(memory.buffer);
      starts.forEach((data, i) => {
        view().set(data, at(i));
      });
      const variables = sizes.map((size, i) => new Variable(view().subarray(at(i), at(i) + size)));
      // Parameters go to and fro between two places; the gradients lie in a third.
      let [from, to] = [0, total];
      for (let k = 0; k < 5; k++) {
        const gradients = sizes.map((size) => random.normals(size));
        if (k === 2) memory.grow(1); // the variables' own arrays are gone from now on
        const heap = view();
        gradients.forEach((gradient, i) => {
          heap.set(gradient, 2 * total + at(i));
        });
        const target = k === 3 ? from : to; // once in place
        const offsets = Float64Array.from(sizes.flatMap((_, i) => [from + at(i), target + at(i), 2 * total + at(i)]));
        stepperOf(heaped).stepOnHeap('step', variables, heap, offsets);
        reference.applyGradients(apart.map((variable, i) => [gradients[i], variable]));
        sizes.forEach((size, i) => {
          const got = heap.subarray(target + at(i), target + at(i) + size);
          expectSameBits(got, apart[i].data, `${size} floats, step ${k}`);
        });
        if (target === to) [from, to] = [to, from];
      }
      expect(heaped.iterations.item()).to.equal(5);
      const slots = (optimizer: Adamax) => optimizer.getWeights().map(({ data }) => String(data));
      expect(slots(heaped)).to.deep.equal(slots(reference));
    }
  });

  it('refuses offsets outside of it, arrays of another length, and memory that has gone; nothing has changed', () => {
    const heap = new Float32Array(20).fill(1);
    const variables = [new Variable(heap.subarray(0, 4)), new Variable(heap.subarray(4, 8))];
    const optimizer = new SGD({ learningRate: 1 });
    const step = (offsets: number[], memory = heap) => {
      stepperOf(optimizer).stepOnHeap('step', variables, memory, Float64Array.from(offsets));
    };
    step([0, 0, 8, 4, 4, 12]);
    const before = heap.slice();
    for (const bad of [
      [0, 0, 17, 4, 4, 12],
      [0, 0, 8, 4, 4, -1],
      [0, 0.5, 8, 4, 4, 12],
      [Number.NaN, 0, 8, 4, 4, 12],
    ]) {
      expect(() => step(bad), String(bad)).to.throw(Error, /^offsets must be whole numbers within heap: received/);
    }
    expectError(() => step([0, 0, 8]), RangeError, 'ERR_ADAMAX_LENGTH', /^offsets must have 6 elements/);
    const gone = heap.slice();
    detach(gone);
    expectError(
      () => step([0, 0, 8, 4, 4, 12], gone),
      TypeError,
      'ERR_ADAMAX_DETACHED',
      /^heap must be a view on live/,
    );
    expectSameBits(heap, before, 'heap');
    expect(optimizer.iterations.item()).to.equal(1);
    step([0, 0, 8, 4, 4, 12]);
    expect(heap[0]).to.equal(-1);
  });

  it('mixes with steps on arrays: they share slots and the count', () => {
    const heap = new Float32Array(8).fill(1);
    const p = new Variable(heap.subarray(0, 4));
    const q = new Float32Array(4).fill(1);
    const [a, b] = [new Adamax(), new Adamax()];
    const gradient = new Float32Array(4).fill(1);
    for (let k = 0; k < 6; k++) {
      if (k % 2 === 0) a.applyGradients([[gradient, p]]);
      else stepperOf(a).stepOnHeap('step', [p], heap, Float64Array.of(0, 0, 4));
      b.applyGradients([[gradient, q]]);
      expectSameBits(p.data, q, `step ${k}`);
    }
  });
});
