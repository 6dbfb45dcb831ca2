import { expect } from 'chai';
import { normalQuantile } from '#internals';
import { expectClose } from '../support/close.js';

/** mpmath, 200 bits: both sides of each border of the three approximations, and far out. */
const QUANTILES: [p: number, x: number][] = [
  [1.1102230246251565e-16, -8.209536151601387],
  [9.094947017729282e-13, -7.047700256664409],
  [1e-10, -6.361340902404057],
  [1.3e-11, -6.667611456510741],
  [1.5e-11, -6.646570887477113],
  [1e-5, -4.264890793922825],
  [0.01, -2.326347874040841],
  [0.0749, -1.4402382675279637],
  [0.0751, -1.43882539275254],
  [0.25, -0.6744897501960817],
  [0.4999, -0.00025066283008800747],
  [0.6, 0.2533471031357997],
  [0.9249, 1.4388253927525403],
  [0.9251, 1.440238267527964],
  [0.999, 3.090232306167813],
];

describe('normalQuantile', () => {
  it('is the quantile, on either side', () => {
    for (const [p, x] of QUANTILES) expectClose(normalQuantile(p), x, `quantile of ${p}`, 1e-15);
    for (let k = 1; k < 53; k++) expect(normalQuantile(1 - 2 ** -k) + normalQuantile(2 ** -k)).to.equal(0);
    expect(normalQuantile(0.5)).to.equal(0);
  });

  it('rises', () => {
    let before = -Infinity;
    for (let i = 1; i < 100000; i++) {
      const x = normalQuantile(i / 100000);
      expect(x).to.be.above(before);
      before = x;
    }
  });
});
