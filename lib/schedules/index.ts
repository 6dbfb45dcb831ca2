// Learning rate schedules: every `LearningRateSchedule` of TF 2.2, and Keras 3's warm-up.
export { CosineDecay, type CosineDecayOptions } from './cosine-decay.js';
export { CosineDecayRestarts, type CosineDecayRestartsOptions } from './cosine-decay-restarts.js';
export { ExponentialDecay, type ExponentialDecayOptions } from './exponential-decay.js';
export { InverseTimeDecay, type InverseTimeDecayOptions } from './inverse-time-decay.js';
export { LearningRateSchedule, type ScheduleConfig, type ScheduleOptions } from './learning-rate-schedule.js';
export { LinearCosineDecay, type LinearCosineDecayOptions } from './linear-cosine-decay.js';
export { NoisyLinearCosineDecay, type NoisyLinearCosineDecayOptions } from './noisy-linear-cosine-decay.js';
export { PiecewiseConstantDecay, type PiecewiseConstantDecayOptions } from './piecewise-constant-decay.js';
export { PolynomialDecay, type PolynomialDecayOptions } from './polynomial-decay.js';
export { deserialize, type ScheduleClass, type SerializedSchedule, serialize } from './serialize.js';
