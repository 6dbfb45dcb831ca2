import { expect } from 'chai';
import type { Distances } from './follow.js';

/** Rounding, as rounding.ts bounds it, explains all of the difference. */
export function expectExplained(distances: Distances): void {
  for (const [key, { ratio, where }] of Object.entries(distances)) {
    expect(ratio, `${key} of ${where}`).to.be.at.most(1);
  }
}

/** Equal bits of v at every checkpoint, but for norms so small that they are zero here. */
export function expectEqualNorms({ v }: Distances): void {
  expect(v.ulps, v.where).to.be.below(1);
}

/** Rounding does not explain it by far: something else is calculated. */
export function expectOtherwise(distances: Distances, keys: readonly (keyof Distances)[]): void {
  for (const key of keys) expect(distances[key].ratio, `${key} of ${distances[key].where}`).to.be.above(100);
}
