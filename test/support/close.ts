import { expect } from 'chai';

/** Fails unless `actual` lies within a relative distance of `expected`; 0 must be met exactly. */
export function expectClose(actual: number, expected: number, what: string, distance = 1e-14): void {
  if (!(Math.abs(actual - expected) <= distance * Math.abs(expected))) {
    expect.fail(`${what}: expected ${expected}, received ${actual}`);
  }
}

/** Fails unless all elements lie within a few units in the last place of float32; below 1, of that of 1. */
export function expectAllClose(actual: ArrayLike<number>, expected: readonly number[], tolerance = 3e-7): void {
  expect(actual.length).to.equal(expected.length);
  expected.forEach((x, i) => {
    expect(actual[i], `element ${i}`).to.be.closeTo(x, tolerance * Math.max(1, Math.abs(x)));
  });
}
