import { Adamax, Variable } from 'adamax';
import { expect } from 'chai';
import { expectSameBits, f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';
import { detach } from '../support/memory.js';

onEveryImplementation('between the last check of a step and its end', () => {
  for (const name of ['floor', 'fround', 'abs', 'min', 'ceil'] as const) {
    it(`a replaced Math.${name} is not asked, so that it cannot take memory away that is then written`, () => {
      const [p, g] = [new Float32Array(600).fill(1), new Float32Array(600).fill(1)];
      const optimizer = new Adamax({ clipvalue: 0.5, slotDtype: 'bfloat16' });
      for (let k = 0; k < 3; k++) optimizer.applyGradients([[g, p]]);
      const before = p.slice();
      const original = Math[name];
      let moved: Float32Array | null = null;
      Math[name] = (...args: number[]) => {
        moved ??= new Float32Array(structuredClone(p.buffer, { transfer: [p.buffer] }));
        return (original as (...numbers: number[]) => number)(...args);
      };
      let error: unknown;
      try {
        optimizer.applyGradients([[g, p]]);
      } catch (thrown) {
        error = thrown;
      } finally {
        Math[name] = original;
      }
      if (moved === null) expect(optimizer.iterations.item()).to.equal(4);
      else {
        expect(error).to.have.property('code', 'ERR_ADAMAX_DETACHED');
        expectSameBits(moved, before, 'memory that has gone');
      }
    });
  }

  it('a constraint that takes the memory of the counter away has the step undone', () => {
    let strike = false;
    const constraint = (values: Float32Array) => {
      values[0] = 7;
      if (strike) detach(optimizer.iterations.data);
    };
    const [p, q] = [new Variable(f32(1, 2), { name: 'p', constraint }), f32(3)];
    const optimizer: Adamax = new Adamax({ learningRate: 0.5 });
    const step = () =>
      optimizer.applyGradients([
        [f32(1, 1), p],
        [f32(1), q],
      ]);
    step();
    const arrays = () => [p.data, q, optimizer.getSlot(p, 'm').data, optimizer.getSlot(q, 'v').data];
    const before = arrays().map((array) => array.slice());
    strike = true;
    expectError(step, TypeError, 'ERR_ADAMAX_DETACHED', /^iterations must be a view on live memory/);
    arrays().forEach((array, i) => {
      expectSameBits(array, before[i], `array ${i}`);
    });
  });

  it('what is restored after a constraint that throws is copied by no class of the caller', () => {
    class Odd extends Float32Array {
      static get [Symbol.species](): never {
        throw new Error('asked for a species');
      }
    }
    const constraint = () => {
      throw new Error('of the caller');
    };
    const p = new Variable(new Odd([1, 2]), { name: 'p', constraint });
    expect(() => new Adamax().applyGradients([[f32(1, 1), p]])).to.throw('of the caller');
    expectSameBits(p.data, f32(1, 2), 'p');
  });
});
