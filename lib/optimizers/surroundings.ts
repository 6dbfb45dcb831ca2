import type { OptimizerState } from './optimizer-state.js';

/** What optimizers are made under, for the guests of this package: told of each one when it is made. */
export const surroundings: { enter: ((optimizer: OptimizerState) => void) | null } = { enter: null };
