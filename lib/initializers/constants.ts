import { wrongType } from '../arguments/errors.js';
import { checkOptions } from '../arguments/options.js';
import { type Initializer, initializerOf } from './initializer.js';

/** Options of `constant`. */
export interface ConstantOptions {
  /** Any number, infinities and NaN too. Default: 0. */
  value?: number;
}

/** Zeros. After `tf.keras.initializers.Zeros`. @throws TypeError `ERR_ADAMAX_OPTION` */
export function zeros(options: object = {}): Initializer {
  checkOptions('zeros', options, []);
  return initializerOf(() => {});
}

/** Ones. After `tf.keras.initializers.Ones`. @throws TypeError `ERR_ADAMAX_OPTION` */
export function ones(options: object = {}): Initializer {
  checkOptions('ones', options, []);
  return initializerOf((values) => values.fill(1));
}

/**
 * One number everywhere. After `tf.keras.initializers.Constant`.
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`
 */
export function constant(options: ConstantOptions = {}): Initializer {
  checkOptions('constant', options, ['value']);
  const { value = 0 } = options;
  if (typeof value !== 'number') throw wrongType('value', 'a number', value);
  return initializerOf((values) => values.fill(value));
}
