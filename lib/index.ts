/** `adamax`: the public surface. The bare kernels are in `adamax/kernels`. */
export type { ErrorCode } from './errors.js';
export { Adamax, type AdamaxOptions } from './optimizers/adamax.js';
export type { Gradient, VariableLike } from './optimizers/gradients.js';
export type { HyperValue } from './optimizers/hyperparameter.js';
export type { NdArray } from './optimizers/nd-array.js';
export { type ApplyOptions, type Config, Optimizer, type OptimizerOptions } from './optimizers/optimizer.js';
export { IndexedSlices } from './variables/indexed-slices.js';
export type { Shape } from './variables/shape.js';
export { type AnyVariable, type DType, Variable, type VariableOptions } from './variables/variable.js';
