import { Adamax, IndexedSlices, Variable } from 'adamax';
import { expect } from 'chai';
import { f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';
import { detach } from '../support/memory.js';

const two = () => new Variable(f32(1, 2));

onEveryImplementation('messages about a step', () => {
  it('say where an array stood, also behind pairs that are passed over', () => {
    const frozen = new Variable(f32(1), { trainable: false });
    const message = /^gradient at gradsAndVars\[4\]\[0\] must have 2 elements like its variable: received 1$/;
    const pairs = (last: Float32Array): [Float32Array | null, Variable][] => [
      [f32(1, 1), two()],
      [null, two()],
      [f32(1), frozen],
      [f32(1, 1), two()],
      [last, two()],
    ];
    expectError(() => new Adamax().applyGradients(pairs(f32(1))), RangeError, 'ERR_ADAMAX_LENGTH', message);
    const optimizer = new Adamax();
    const list = pairs(f32(1, 1));
    for (let k = 0; k < 3; k++) optimizer.applyGradients(list);
    list[4] = [f32(1), list[4][1]];
    expectError(() => optimizer.applyGradients(list), RangeError, 'ERR_ADAMAX_LENGTH', message);
  });

  it('say so where the array is seen to be gone only later, or by the native code', () => {
    const optimizer = new Adamax();
    const variable = two();
    const pairs: [Float32Array, Variable][] = [
      [f32(1, 1), two()],
      [f32(1, 1), variable],
    ];
    for (let k = 0; k < 3; k++) optimizer.applyGradients(pairs);
    detach(variable.data);
    const gone = /^variable at gradsAndVars\[1\]\[1\] must be a view on live memory/;
    for (let k = 0; k < 2; k++) {
      expectError(() => optimizer.applyGradients(pairs), TypeError, 'ERR_ADAMAX_DETACHED', gone);
    }
    const table = new Variable(f32(1, 2, 3, 4), { shape: [2, 2] });
    const rows = () => new Adamax().applyGradients([...[pairs[0]], [new IndexedSlices(f32(1, 2), [2]), table]]);
    const bad = /^gradient at gradsAndVars\[1\]\[0\]\.indices\[0\] must be in \[0, 2\): received 2$/;
    expectError(rows, RangeError, 'ERR_ADAMAX_INDEX', bad);
  });

  it('count on where a variable was frozen while the list was read', () => {
    const [a, b, c] = [two(), two(), two()];
    function* list(): Generator<[Float32Array, Variable]> {
      yield [f32(1, 1), a];
      yield [f32(1, 1), b];
      a.trainable = false;
      yield [f32(1), c];
    }
    const message = /^gradient at gradsAndVars\[2\]\[0\] must have 2 elements/;
    expectError(() => new Adamax().applyGradients(list()), RangeError, 'ERR_ADAMAX_LENGTH', message);
  });

  it('name variables that have names, and both that are on the same memory', () => {
    const optimizer = new Adamax();
    const [a, b] = [new Variable(f32(1, 2), { name: 'a' }), two()];
    const step = (gradient: Float32Array) =>
      optimizer.applyGradients([
        [gradient, a],
        [f32(1, 1), b],
      ]);
    const onB =
      /^gradient of 'a' at gradsAndVars\[0\]\[0\] must not share memory with variable at gradsAndVars\[1\]\[1\]: r/;
    expectError(() => step(b.data), RangeError, 'ERR_ADAMAX_OVERLAP', onB);
    step(f32(1, 1));
    const onSlot = /must not share memory with slot 'm' of variable at gradsAndVars\[1\]\[1\]: received/;
    expectError(() => step(optimizer.getSlot(b, 'm').data), RangeError, 'ERR_ADAMAX_OVERLAP', onSlot);
    const twice = () => optimizer.applyGradients([...Array(3).keys()].map((i) => [f32(1, 1), [a, b, b][i]]));
    const message = /received variable at gradsAndVars\[1\]\[1\] and again at gradsAndVars\[2\]\[1\]$/;
    expectError(twice, RangeError, 'ERR_ADAMAX_DUPLICATE', message);
  });

  it('never show a name that a counter made', () => {
    const optimizer = new Adamax();
    const variable = two();
    const attempts = [
      () => optimizer.getSlot(variable, 'x'),
      () => variable.rebind(f32(1)),
      () => optimizer.build([variable, new Variable(variable.data)]),
      () => optimizer.applyGradients([[null, variable]]),
      () => optimizer.minimize(() => ({ gradients: [f32(1)] }), [variable]),
    ];
    for (const attempt of attempts)
      expect(attempt)
        .to.throw(/./)
        .that.has.property('message')
        .that.not.match(/Variable_?\d*'/);
  });
});
