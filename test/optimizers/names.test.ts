import { Adamax } from 'adamax';
import { expect } from 'chai';

describe('names of optimizers', () => {
  it('are made up, each unique, where an empty name is given', () => {
    const [a, b] = [new Adamax({ name: '' }), new Adamax({ name: '' })];
    expect(a.name).to.match(/^adamax(_\d+)?$/);
    expect(b.name)
      .to.match(/^adamax_\d+$/)
      .and.not.equal(a.name);
    class MyOptimizer extends Adamax {}
    expect(new MyOptimizer({ name: '' }).name).to.equal('my_optimizer');
  });
});
