import { Adamax, IndexedSlices, Variable } from 'adamax';
import { expect } from 'chai';
import { f32 } from '../support/data.js';
import { snapshot } from '../support/snapshot.js';

/** Errors of code that is not this package's: they pass through as they are, and nothing has changed. */
describe('what a value of the caller throws when it is looked at', () => {
  const revoked = <T extends object>(target: T): T => {
    const { proxy, revoke } = Proxy.revocable(target, {});
    revoke();
    return proxy;
  };
  const throwing = (name: string) => ({
    get [name](): never {
      throw new Error('mine');
    },
  });

  it('passes through, of a getter and of a revoked proxy', () => {
    const w = new Variable(f32(1, 2), { name: 'w' });
    const optimizer = new Adamax();
    optimizer.applyGradients([[f32(1, 1), w]]);
    const before = snapshot(optimizer, w.data);
    const calls: (readonly [() => unknown, RegExp])[] = [
      [() => new Adamax(throwing('beta1')), /^mine$/],
      [() => new Variable(f32(1), throwing('name')), /^mine$/],
      [() => optimizer.setWeights([throwing('data') as never]), /^mine$/],
      [() => new Adamax(revoked({})), /revoked/],
      [() => optimizer.applyGradients(revoked([])), /revoked/],
      [() => optimizer.applyGradients([[revoked([1, 2]), w]]), /revoked/],
      [() => optimizer.build(revoked([w])), /revoked/],
      [() => optimizer.setWeights(revoked([])), /revoked/],
      [() => w.assign(revoked([1, 2])), /revoked/],
      [() => new IndexedSlices(f32(1), revoked([1])), /revoked/],
    ];
    for (const [call, message] of calls) {
      let error: unknown;
      try {
        call();
      } catch (thrown) {
        error = thrown;
      }
      expect(error).to.be.an.instanceOf(Error);
      expect((error as Error).message).to.match(message);
      expect(error).not.to.have.property('code');
      expect(snapshot(optimizer, w.data)).to.equal(before);
    }
  });
});
