import { checkOneOf, checkOptions, checkString } from '../arguments/options.js';
import { checkNumber, checkSeed, positive } from '../arguments/ranges.js';
import { checkShape, type Shape, sizeOf } from '../variables/shape.js';
import type { Initializer } from './initializer.js';
import { randomNormal, type SeedOption, truncatedNormal } from './random-normal.js';
import { randomUniform } from './random-uniform.js';

/** What the variance is divided by: the number of inputs, of outputs, or the mean of both. */
export type FanMode = 'fan_in' | 'fan_out' | 'fan_avg';

/** `normal` is an older name of `truncated_normal`. */
export type ScalingDistribution = 'truncated_normal' | 'untruncated_normal' | 'uniform' | 'normal';

/** Options of `varianceScaling`. */
export interface VarianceScalingOptions extends SeedOption {
  /** The variance before division: > 0. Default: 1. */
  scale?: number;
  /** Default: `fan_in`. */
  mode?: FanMode;
  /** Default: `truncated_normal`. */
  distribution?: ScalingDistribution;
}

/** Standard deviation of a standard normal distribution truncated at ±2. */
const TRUNCATED_STDDEV = 0.8796256610342398;

const DISTRIBUTIONS: Readonly<Record<string, (variance: number, seed: number | null) => Initializer>> = {
  truncated_normal: (variance, seed) => truncatedNormal({ stddev: Math.sqrt(variance) / TRUNCATED_STDDEV, seed }),
  untruncated_normal: (variance, seed) => randomNormal({ stddev: Math.sqrt(variance), seed }),
  uniform: (variance, seed) => {
    const limit = Math.sqrt(3 * variance);
    return randomUniform({ minval: -limit, maxval: limit, seed });
  },
};

const MODES: Readonly<Record<string, (fanIn: number, fanOut: number) => number>> = {
  fan_in: (fanIn) => fanIn,
  fan_out: (_, fanOut) => fanOut,
  fan_avg: (fanIn, fanOut) => (fanIn + fanOut) / 2,
};

/**
 * Mean 0 and variance `scale` / n, with n chosen by `mode`, at least 1. After `tf.keras.initializers.VarianceScaling`.
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`
 * @throws RangeError `ERR_ADAMAX_ARG_VALUE`
 */
export function varianceScaling(options: VarianceScalingOptions = {}): Initializer {
  checkOptions('varianceScaling', options, ['scale', 'mode', 'distribution', 'seed']);
  const { scale = 1, mode = 'fan_in', distribution = 'truncated_normal', seed = null } = options;
  checkNumber('scale', scale, positive);
  checkOneOf('mode', mode, Object.keys(MODES));
  checkString('distribution', distribution);
  const lower = distribution.toLowerCase();
  const known = lower === 'normal' ? 'truncated_normal' : lower;
  checkOneOf('distribution', known, Object.keys(DISTRIBUTIONS));
  checkSeed(seed);
  return (shape) => {
    const checked = checkShape('shape', shape);
    const n = MODES[mode](...fansOf(checked));
    return DISTRIBUTIONS[known](scale / Math.max(1, n), seed)(checked);
  };
}

/**
 * The numbers of inputs and outputs of a weight, as Keras has them: a matrix is [inputs, outputs], a convolution's
 * kernel [...receptive field, input channels, output channels].
 */
export function fansOf(shape: Shape): [fanIn: number, fanOut: number] {
  if (shape.length === 0) return [1, 1];
  if (shape.length === 1) return [shape[0], shape[0]];
  const field = sizeOf(shape.slice(0, -2));
  const [inputs, outputs] = shape.slice(-2);
  return [field * inputs, field * outputs];
}

/** Glorot & Bengio 2010: uniform in ±√(6 / (inputs + outputs)). After `tf.keras.initializers.GlorotUniform`. */
export const glorotUniform = scaled('glorotUniform', 1, 'fan_avg', 'uniform');

/**
 * Glorot & Bengio 2010: truncated normal, variance 2 / (inputs + outputs). After `tf.keras.initializers.GlorotNormal`.
 */
export const glorotNormal = scaled('glorotNormal', 1, 'fan_avg', 'truncated_normal');

/** He et al. 2015: uniform in ±√(6 / inputs). After `tf.keras.initializers.he_uniform`. */
export const heUniform = scaled('heUniform', 2, 'fan_in', 'uniform');

/** He et al. 2015: truncated normal, variance 2 / inputs. After `tf.keras.initializers.he_normal`. */
export const heNormal = scaled('heNormal', 2, 'fan_in', 'truncated_normal');

/** LeCun et al. 1998: uniform in ±√(3 / inputs). After `tf.keras.initializers.lecun_uniform`. */
export const lecunUniform = scaled('lecunUniform', 1, 'fan_in', 'uniform');

/** LeCun et al. 1998: truncated normal, variance 1 / inputs. After `tf.keras.initializers.lecun_normal`. */
export const lecunNormal = scaled('lecunNormal', 1, 'fan_in', 'truncated_normal');

function scaled(name: string, scale: number, mode: FanMode, distribution: ScalingDistribution) {
  return (options: SeedOption = {}): Initializer => {
    checkOptions(name, options, ['seed']);
    return varianceScaling({ ...options, scale, mode, distribution });
  };
}
