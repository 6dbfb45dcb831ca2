import { expect } from 'chai';
import { exchangeTime, fitted } from '../../bench/distribute/model.js';
import { outcomeOf } from '../../bench/distribute/outcome.js';

describe('the bench of replicas', () => {
  it('finds the line that times lie on, and starts at none below zero', () => {
    const line = fitted([1024, 65_536, 4_194_304].map((bytes) => [bytes, 5000 + 0.5 * bytes]));
    expect(line.start).to.be.closeTo(5000, 1e-6);
    expect(line.slope).to.be.closeTo(0.5, 1e-12);
    expect(fitted([1000, 2000].map((bytes) => [bytes, bytes - 500])).start).to.equal(0);
  });

  it('weighs errors by how large they are beside the time', () => {
    const { start } = fitted([
      [0, 10],
      [1000, 2000],
      [2000, 3000],
    ]);
    expect(start).to.be.closeTo(10, 1);
  });

  it('reckons 2 (n − 1) messages a bucket of 2 MiB, and 2 (n − 1) / n of all bytes', () => {
    const network = { name: '', message: 1000, byte: 0.25 };
    expect(exchangeTime(network, 2, 2 ** 21)).to.equal(2 * 1000 + 0.25 * 2 ** 21);
    expect(exchangeTime(network, 4, 2 ** 22)).to.equal(2 * 6 * 1000 + 1.5 * 0.25 * 2 ** 22);
    expect(exchangeTime(network, 1, 2 ** 22)).to.equal(0);
  });

  it('has a round take as long as the last replica', () => {
    const outcome = outcomeOf([{ step: [5, 2, 9] }, { step: [4, 6, 0] }]);
    expect(outcome.samples('step')).to.deep.equal([5, 6, 9]);
  });
});
