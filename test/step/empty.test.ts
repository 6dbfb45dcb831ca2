import { Adamax, SGD, Variable } from 'adamax';
import { expect } from 'chai';
import { f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';
import { detach } from '../support/memory.js';

onEveryImplementation('a variable without elements', () => {
  for (const [name, Rule] of Object.entries({ Adamax, SGD })) {
    it(`is refused once its memory has gone, as any other: ${name}`, () => {
      const [empty, p] = [new Variable(f32(), { name: 'empty' }), f32(1)];
      detach(empty.data);
      const optimizer = new Rule();
      const message =
        /^'empty' at gradsAndVars\[[01]\]\[1\] must be a view on live memory: received Float32Array\(0\) on a detached buffer$/;
      for (const variables of [
        [empty, p],
        [p, empty],
      ]) {
        const pairs = variables.map((variable) => [variable === p ? f32(1) : f32(), variable] as const);
        expectError(() => optimizer.applyGradients(pairs), TypeError, 'ERR_ADAMAX_DETACHED', message);
      }
      expect([p[0], optimizer.iterations.item()]).to.deep.equal([1, 0]);
    });
  }

  it('is told that the memory of its gradient has gone, also where others like it were copied', () => {
    const [empty, p] = [new Variable(f32(), { name: 'empty' }), f32(1)];
    const optimizer = new Adamax();
    const pairs = (gradient: Float32Array) => [[gradient, empty] as const, [f32(1), p] as const];
    for (let step = 0; step < 3; step++) optimizer.applyGradients(pairs(f32()));
    const [gone, before] = [f32(), p[0]];
    detach(gone);
    expectError(
      () => optimizer.applyGradients(pairs(gone)),
      TypeError,
      'ERR_ADAMAX_DETACHED',
      /^gradient of 'empty' at gradsAndVars\[0\]\[0\] must be a view on live memory: received Float32Array\(0\) on a detached buffer$/,
    );
    expect([p[0], optimizer.iterations.item()]).to.deep.equal([before, 3]);
    expect(optimizer.applyGradients(pairs(f32()))).to.equal(4);
  });

  it('breaks no step with a constraint when its memory goes between two steps', () => {
    const empty = new Variable(f32(), { name: 'empty', constraint: () => {} });
    const [p, pairs] = [f32(1), () => [[gradient, empty] as const, [f32(1), p] as const]];
    const gradient = f32();
    const optimizer = new SGD({ learningRate: 0.5 });
    optimizer.applyGradients(pairs());
    detach(empty.data);
    // Nothing of it can be missed, so that a list which is known goes on.
    expect(optimizer.applyGradients(pairs())).to.equal(2);
    expect(p[0]).to.equal(0);
  });
});
