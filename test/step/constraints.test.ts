import { Adamax, IndexedSlices, SGD, Variable } from 'adamax';
import { expect } from 'chai';
import { f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';

onEveryImplementation('constraints', () => {
  it('are applied after each dense step (testConstraint)', () => {
    const clip = (low: number, high: number) => (values: Float32Array) =>
      values.map((x) => Math.min(high, Math.max(low, x)));
    const v0 = new Variable(f32(1, 2), { constraint: clip(-0.1, 0) });
    const v1 = new Variable(f32(3, 4), {
      constraint: (values) => {
        values.forEach((x, i) => {
          values[i] = Math.max(0, x);
        });
      },
    });
    new SGD({ learningRate: 3 }).applyGradients([
      [[5, 5], v0],
      [[3, 3], v1],
    ]);
    expect([...v0.data, ...v1.data]).to.deep.equal([...f32(-0.1, -0.1), 0, 0]);
  });

  it('refuse sparse gradients, as Keras does', () => {
    const v = new Variable(f32(1), { shape: [1, 1], name: 'v', constraint: (x) => x });
    const message =
      /^gradient of 'v' at gradsAndVars\[0\]\[0\] must be dense, since the variable has a constraint: received IndexedSlices$/;
    expectError(
      () => new Adamax().applyGradients([[new IndexedSlices(f32(1), [0]), v]]),
      TypeError,
      'ERR_ADAMAX_CONSTRAINT',
      message,
    );
  });

  it('leave every byte as it was when a constraint throws, or returns what does not fit', () => {
    const bad = [
      () => {
        throw new Error('no');
      },
      () => [1],
      () => ['1', '2'] as never,
    ];
    for (const constraint of bad) {
      let active = false;
      const a = f32(5, 6);
      const b = new Variable(f32(1, 2), { constraint: () => (active ? (constraint() as never) : undefined) });
      const optimizer = new Adamax();
      const step = () =>
        optimizer.applyGradients([
          [f32(1, 1), a],
          [f32(1, 1), b],
        ]);
      step();
      active = true;
      const before = [a.slice(), b.data.slice(), ...optimizer.getWeights().map(({ data }) => data)];
      expect(step).to.throw();
      const after = [a, b.data, ...optimizer.weights.map(({ data }) => data)];
      after.forEach((array, i) => {
        expect(array, `array ${i}`).to.deep.equal(before[i]);
      });
    }
  });
});
