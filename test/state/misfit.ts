import type { Adamax, WeightLike } from 'adamax';
import { expect } from 'chai';
import { expectError } from '../support/errors.js';
import { snapshot } from '../support/snapshot.js';

/** The error that refuses weights, for a message of which only the end is of interest. */
export function expectMisfit(optimizer: Adamax, weights: readonly WeightLike[], received: RegExp): void {
  const before = snapshot(optimizer);
  const text = new RegExp(
    `^weights must fit the state of optimizer 'Adamax'(, which [^:]+)?: received (?:${received.source})$`,
  );
  expectError(() => optimizer.setWeights(weights), RangeError, 'ERR_ADAMAX_WEIGHTS', text);
  expect(snapshot(optimizer)).to.equal(before);
}
