// Initializers: how slots and weights begin. All of TF 2.2's, under their names in camel case.
export { type ConstantOptions, constant, ones, zeros } from './constants.js';
export { get } from './get.js';
export { type IdentityOptions, identity } from './identity.js';
export type { InitializerLike } from './initialize.js';
export type { Initializer, InitializerFunction } from './initializer.js';
export { type OrthogonalOptions, orthogonal } from './orthogonal.js';
export { type NormalOptions, randomNormal, type SeedOption, truncatedNormal } from './random-normal.js';
export { randomUniform, type UniformOptions } from './random-uniform.js';
export {
  type FanMode,
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  lecunNormal,
  lecunUniform,
  type ScalingDistribution,
  type VarianceScalingOptions,
  varianceScaling,
} from './variance-scaling.js';
