import { expect } from 'chai';

/** Fails unless `actual` lies within a relative distance of `expected`; 0 must be met exactly. */
export function expectClose(actual: number, expected: number, what: string, distance = 1e-14): void {
  if (!(Math.abs(actual - expected) <= distance * Math.abs(expected))) {
    expect.fail(`${what}: expected ${expected}, received ${actual}`);
  }
}
