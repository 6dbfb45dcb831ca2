/** The fallback: the sweeps in TypeScript, with the same bits as every native implementation. */
import { lengthOf } from '../memory/typed-arrays.js';
import type { Backend } from './backend.js';
import { digestBlocks } from './digest-blocks.js';
import { JsPlan } from './js-plan.js';
import { RowIndex } from './row-index.js';
import { sumSquares } from './sum-squares.js';
import { sweepRows } from './sweeps.js';

export const jsBackend: Backend = {
  isa: 'js',

  dense(rule, scalars, param, slots, grad, out) {
    rule.sweep(param, out, slots, 0, grad, 0, lengthOf(param), scalars);
  },

  rows(rule, scalars, param, slots, rowLength, values, indices) {
    const index = new RowIndex(indices, lengthOf(param) / rowLength);
    if (index.bad === undefined)
      sweepRows({ rule, scalars, dither: 0, param, out: param, slots }, rowLength, values, index, null);
    return index.bad;
  },

  sumSquares,

  digest: digestBlocks,

  transfer(lanes, words) {
    digestBlocks(lanes, words);
    return 0;
  },

  plan: (rule, control) => new JsPlan(rule, control),

  get threads() {
    return 1;
  },
  set threads(_number) {},

  // No engine lets JavaScript see an address.
  pageOffset: () => 0,
};
