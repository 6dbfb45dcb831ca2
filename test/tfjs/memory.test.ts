import type { Scalar, Variable } from '@tensorflow/tfjs-core';
import { createTfjs } from 'adamax/tfjs';
import { expect } from 'chai';
import { expectError } from '../support/errors.js';
import { gradientsOf, named, valuesOf, variables } from './models.js';
import { BACKENDS, onBackends, tf } from './peer.js';

/** Bytes of the heap of the wasm backend; 0 elsewhere. */
function heapBytes(): number {
  const { wasm } = tf.engine().backend as unknown as { wasm?: { HEAPU8: Uint8Array } };
  return wasm?.HEAPU8.length ?? 0;
}

onBackends('memory', (backend) => {
  it('stays what it is over a thousand steps', () => {
    const { Adamax, SGD } = createTfjs(tf);
    const list = variables([[64, 64], [64], [500], []]);
    const shared = tf.clone(list[0]);
    const gradients = gradientsOf(list, 5);
    for (const optimizer of [new Adamax(), new SGD()]) {
      optimizer.applyGradients(named(list, gradients));
      const [{ numTensors, numBytes, numDataBuffers }, heap] = [tf.memory(), heapBytes()];
      for (let k = 0; k < 1000; k++) {
        // Now and then somebody shares the elements of a variable over a step.
        const alias = k % 10 === 0 ? tf.reshape(list[0], [64 * 64]) : null;
        optimizer.applyGradients(named(list, gradients));
        alias?.dispose();
      }
      const after = tf.memory();
      expect([after.numTensors, after.numBytes, after.numDataBuffers]).to.deep.equal([
        numTensors,
        numBytes,
        numDataBuffers,
      ]);
      expect(heapBytes()).to.equal(heap);
    }
    shared.dispose();
  });

  it('is given back where a step is refused', () => {
    const { SGD } = createTfjs(tf);
    const optimizer = new SGD({ nonFinite: 'throw' });
    const [v] = variables([[100_000]]);
    const bad = tf.fill([100_000], Number.NaN);
    const heap = heapBytes();
    const { numBytes } = tf.memory();
    for (let k = 0; k < 100; k++) expect(() => optimizer.applyGradients(named([v], [bad]))).to.throw(/NaN/);
    expect(tf.memory().numBytes).to.equal(numBytes);
    expect(heapBytes()).to.be.at.most(heap + 2 ** 20);
  });

  it('that the heap has not got is an error, and what was got before is given back', function () {
    const { wasm } = tf.engine().backend as unknown as {
      wasm?: { _malloc(bytes: number): number; _free(at: number): void };
    };
    if (wasm === undefined) this.skip();
    const { SGD } = createTfjs(tf);
    const optimizer = new SGD(1);
    const list = variables([[3], [1000]]);
    const gradients = gradientsOf(list, 1);
    const before = list.map(valuesOf);
    const { _malloc, _free } = wasm;
    const taken: number[] = [];
    wasm._malloc = (bytes) => {
      const at = bytes > 100 ? 0 : _malloc(bytes);
      if (at !== 0) taken.push(at);
      return at;
    };
    wasm._free = (at) => {
      taken.splice(taken.indexOf(at), 1);
      _free(at);
    };
    try {
      const step = () => optimizer.applyGradients(named(list, gradients));
      expectError(step, RangeError, 'ERR_ADAMAX_MEMORY', /must have 4000 more bytes/);
      expect(taken).to.deep.equal([]);
    } finally {
      Object.assign(wasm, { _malloc, _free });
    }
    expect(list.map(valuesOf)).to.deep.equal(before);
    expect(optimizer.applyGradients(named(list, gradients))).to.equal(1);
  });

  it('of the heap may grow between steps and within one', () => {
    const { SGD } = createTfjs(tf);
    const optimizer = new SGD(1);
    const list = variables([[1000], [10]]);
    const expected = list.map(valuesOf);
    for (let k = 0; k < 4; k++) {
      const gradients = list.map(({ shape }) => tf.ones(shape));
      const ballast = k % 2 === 0 ? [] : [tf.zeros([4 + k, 2 ** 20])];
      optimizer.applyGradients(named(list, gradients));
      // A variable whose new elements have no room in the heap as it is.
      const large = tf.variable(tf.zeros([(k + 1) * 2 ** 20])) as Variable;
      const ones = tf.onesLike(large);
      optimizer.applyGradients(named([...list, large], [...gradients, ones]));
      expect(valuesOf(large).every((x) => x === -1)).to.equal(true);
      tf.dispose([...gradients, ...ballast, large, ones]);
    }
    list.forEach((v, i) => {
      expect(valuesOf(v)).to.deep.equal(
        expected[i].map((x) => [1, 1, 1, 1, 1, 1, 1, 1].reduce((y, one) => Math.fround(y - one), x)),
      );
    });
  });

  it('moves with the backend that is in force, slots and all', async () => {
    const { Adamax } = createTfjs(tf);
    const outcomes: string[][] = [];
    for (const switches of [true, false]) {
      const optimizer = new Adamax(0.1);
      const list = variables([[3, 4], [5]]);
      for (let k = 0; k < 6; k++) {
        const gradients = gradientsOf(list, 10 * k + 1);
        // Gradients and variables come from where they were made, and stepped, before.
        if (switches) await tf.setBackend(BACKENDS[k % 2]);
        optimizer.applyGradients(named(list, gradients));
        tf.dispose(gradients);
      }
      outcomes.push(list.map((v) => String(valuesOf(v))));
      await tf.setBackend(backend);
    }
    expect(outcomes[0]).to.deep.equal(outcomes[1]);
  });

  it('of variables that were disposed of is given back, but of those that may come back under their name', () => {
    const { SGD } = createTfjs(tf);
    for (const keras of [false, true]) {
      const optimizer = new SGD({ learningRate: 1, momentum: 0.5 });
      const kept = tf.variable(tf.zeros([1]), true, `kept/${keras}`) as Variable;
      const named = tf.variable(tf.zeros([1]), true, `named/${keras}`) as Variable;
      let most = 0;
      // What a step of momentum 0.5 by gradients of 1 does: see the equations of SGD.
      let [momentum, value] = [0, 0];
      for (let k = 0; k < 500; k++) {
        const brief = tf.variable(tf.zeros([1])) as Variable;
        const list = k === 0 ? [kept, named, brief] : [kept, brief];
        const loss = () => tf.addN(list.map((one) => tf.sum(one))) as Scalar;
        if (keras) optimizer.minimize(loss, list);
        else optimizer.minimize(loss, false, list);
        brief.dispose();
        if (k === 0) named.dispose();
        most = Math.max(most, optimizer.core.weights.length);
        momentum = Math.fround(0.5 * momentum - 1);
        value = Math.fround(value + momentum);
      }
      expect(most).to.be.within(60, 140);
      expect([...valuesOf(kept)]).to.deep.equal([value]);
      const again = tf.variable(tf.zeros([1]), true, `named/${keras}`) as Variable;
      optimizer.applyGradients([{ name: again.name, tensor: tf.zeros([1]) }]);
      expect([...valuesOf(again)]).to.deep.equal([-0.5]);
      tf.dispose([kept, again]);
    }
  });

  it('is given back by dispose', () => {
    const { Adamax } = createTfjs(tf);
    const optimizer = new Adamax();
    const list = variables([[30], [3]]);
    const gradients = gradientsOf(list, 3);
    const { numTensors } = tf.memory();
    optimizer.applyGradients(named(list, gradients));
    expect(optimizer.core.weights).to.have.length(5);
    optimizer.dispose();
    optimizer.dispose();
    expect(optimizer.core.weights).to.have.length(1);
    expect(optimizer.iterations).to.equal(0);
    expect(tf.memory().numTensors).to.equal(numTensors);
    expect(optimizer.applyGradients(named(list, gradients))).to.equal(1);
  });
});
