/**
 * `adamax`: the public surface. The bare kernels are in `adamax/kernels`.
 * @module adamax
 */

export type { ErrorCode } from './arguments/errors.js';
export type { SlotDtype } from './backend/backend.js';
export type { Rule } from './backend/rule.js';
/** How slots and weights begin: all initializers of TF 2.2, under their names in camel case. */
export * as initializers from './initializers/index.js';
export { Adagrad, type AdagradOptions } from './optimizers/adagrad.js';
export { Adamax, type AdamaxOptions } from './optimizers/adamax.js';
export type { Config, CustomObjects } from './optimizers/config.js';
export type { Differentiated, EngineVariables, GradientEngine, Leaf, VariableTarget } from './optimizers/engine.js';
export type { HyperValue } from './optimizers/hyperparameter.js';
export type { LearningRate } from './optimizers/learning-rate.js';
export type { GradientList, Loss, LossResult, VarList } from './optimizers/loss.js';
export { Optimizer } from './optimizers/optimizer.js';
export type {
  ApplyOptions,
  GradientOptions,
  GradsAndVars,
  MinimizeOptions,
  OptimizerOptions,
  SetWeightsOptions,
} from './optimizers/optimizer-options.js';
/** From names and configs to optimizers and back, after `tf.keras.optimizers`. */
export * as optimizers from './optimizers/registry.js';
export { RMSprop, type RMSpropOptions } from './optimizers/rmsprop.js';
export { SGD, type SGDOptions } from './optimizers/sgd.js';
/** Learning rate schedules: every `LearningRateSchedule` of TF 2.2, and the warm-up of Keras 3. */
export * as schedules from './schedules/index.js';
export type { WeightData, WeightLike } from './state/given-weight.js';
export type { NdArray } from './state/nd-array.js';
export type { WeightOptions } from './state/weight.js';
export type { WeightsReport } from './state/weights-report.js';
export type { StepRecord } from './step/last-step.js';
export type { NonFinite } from './step/non-finite.js';
export type { Gradient } from './variables/gradient.js';
export { IndexedSlices } from './variables/indexed-slices.js';
export type { Nested } from './variables/nested.js';
export type { Shape } from './variables/shape.js';
export { type AnyVariable, type Constraint, type DType, Variable, type VariableOptions } from './variables/variable.js';
export type { VariableLike } from './variables/variable-like.js';
export type { VariableList } from './variables/variable-list.js';
