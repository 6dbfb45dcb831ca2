/**
 * `adamax/distribute`: training on many cores and many machines. See docs/distributed.md.
 * @module adamax/distribute
 */
export { getReplicaContext, getStrategy, hasStrategy } from './get-strategy.js';
export { type LaunchOptions, launch, type Signal, type Url } from './launch.js';
export { type MirroredOptions, MirroredStrategy } from './mirrored.js';
export { MultiWorkerMirroredStrategy, type MultiWorkerOptions } from './multi-worker.js';
export { type BroadcastOptions, type ReplicaContext, Strategy } from './strategy.js';
export type { ReduceOp, Reducible } from './values.js';
