/**
 * `adamax/checkpoint`: state on disk, and elsewhere.
 * @module adamax/checkpoint
 */
export type { Content, KeyOptions } from './content/content.js';
export type { Extra } from './content/extra.js';
export type { Json } from './content/json.js';
export type { NamedVariables } from './content/names.js';
export type { PictureOptions } from './content/picture.js';
export { fingerprint } from './fingerprint.js';
export type { FileDtype } from './format/dtype.js';
export type { Metadata } from './format/header.js';
export type { Changes } from './hyperparameters.js';
export { type Inspected, inspect, inspectAsync, verify } from './inspect.js';
export { fromBytes, type Loaded, type LoadOptions, load, loadAsync } from './load.js';
export { CheckpointManager, type CheckpointManagerOptions, type SavedFile } from './manager.js';
export type { SavedOptimizer } from './metadata.js';
export { save, saveAsync, toBytes } from './save.js';
export type { SaveOptions } from './saving.js';
export type { Progress } from './write.js';
