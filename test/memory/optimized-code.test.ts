import { Adamax } from 'adamax';
import { expect } from 'chai';
import { lengthOf } from '#internals';
import { expectError } from '../support/errors.js';
import { detach, ResizableArrayBuffer } from '../support/memory.js';

describe('liveness, once the engine has optimized the code that asks for it', () => {
  it('lengthOf reads 0 of a detached array, whatever kinds of arrays it has seen', () => {
    const live = new Float32Array(6);
    const resizable = new Float32Array(new ResizableArrayBuffer(24, { maxByteLength: 48 }));
    const total = (arrays: Float32Array[]) => arrays.reduce((sum, array) => sum + lengthOf(array), 0);
    for (let round = 0; round < 5; round++) {
      for (let i = 0; i < 20000; i++) total([live, resizable]);
      const gone = new Float32Array(6);
      detach(gone);
      expect(total([gone, gone])).to.equal(0);
    }
  });

  it('a step notices a gradient that has gone after many steps with it', () => {
    const [p, grad] = [new Float32Array(10), new Float32Array(10)];
    const optimizer = new Adamax();
    for (let i = 0; i < 20000; i++) optimizer.applyGradients([[grad, p]]);
    detach(grad);
    const step = () => optimizer.applyGradients([[grad, p]]);
    expectError(step, TypeError, 'ERR_ADAMAX_DETACHED', /^gradient at gradsAndVars\[0\]\[0\] .* on a detached buffer$/);
  });
});
