import { expect } from 'chai';
import { Outcome } from '../../bench/measure.js';
import { formatTargets, isMet } from '../../bench/report.js';

describe('bench reports', () => {
  it('differences within the rounds that both took part in', () => {
    const outcome = new Outcome([
      { name: 'whole', samples: [100, 190, 300, Number.NaN] },
      { name: 'bare', samples: [60, 160, 250, 1] },
    ]);
    expect(outcome.difference('whole', 'bare')).to.deep.equal({ low: 35, median: 40, high: 45 }); // of 40, 30 and 50
  });

  it('which targets are met, also at the bound itself', () => {
    const met = (sense: 'at most' | 'at least' | 'below' | 'above') => {
      return [0.9, 1, 1.1, Number.NaN].map((measured) => isMet({ measured, bound: 1, sense }));
    };
    expect(met('at most')).to.deep.equal([true, true, false, false]);
    expect(met('at least')).to.deep.equal([false, true, true, false]);
    expect(met('below')).to.deep.equal([true, false, false, false]);
    expect(met('above')).to.deep.equal([false, false, true, false]);
  });

  it('targets with what one should know beside them', () => {
    const text = formatTargets([
      { what: 'late', measured: 1.5, bound: 2, sense: 'below', unit: 'ms' },
      { what: 'gain', measured: 0.5, bound: 1, sense: 'above', unit: '×', remark: 'of all' },
    ]);
    expect(text).to.match(/^ {2}late +1\.50 ms +< 2 ms +met$/m);
    expect(text).to.match(/^ {2}gain +0\.500 × +> 1 × +missed +of all$/m);
  });
});
