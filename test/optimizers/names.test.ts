import { Adamax } from 'adamax';
import { expect } from 'chai';

describe('names', () => {
  it('that are empty become unique ones', () => {
    const [a, b] = [new Adamax({ name: '' }), new Adamax({ name: '' })];
    expect(a.name).to.match(/^adamax(_\d+)?$/);
    expect(b.name)
      .to.match(/^adamax_\d+$/)
      .and.not.equal(a.name);
    class MyOptimizer extends Adamax {}
    expect(new MyOptimizer({ name: '' }).name).to.equal('my_optimizer');
  });
});
