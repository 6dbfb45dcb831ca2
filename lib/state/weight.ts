import { rangeError, typeError, wrongType } from '../arguments/errors.js';
import { checkBoolean, checkOneOf, checkOptions, checkString } from '../arguments/options.js';
import { initialize } from '../initializers/initialize.js';
import { isBigInt64Array, isTypedArray } from '../memory/typed-arrays.js';
import { checkShape, type Shape, sizeOf } from '../variables/shape.js';
import { type AnyVariable, Variable } from '../variables/variable.js';
import { elementsFor } from './given-weight.js';

const SYNCHRONIZATIONS = ['auto', 'none', 'onWrite', 'onRead'] as const;
const AGGREGATIONS = ['none', 'sum', 'mean', 'onlyFirstReplica'] as const;

/** Options of `addWeight`. */
export interface WeightOptions {
  /** Default: float32, or the kind of an initial value that is a typed array. */
  dtype?: 'float32' | 'int64' | null;
  /** A name, config or function of `initializers`, or the initial value itself. Default: zeros. */
  initializer?: unknown;
  /** Default: true, or false where `synchronization` is `onRead`. */
  trainable?: boolean | null;
  /** `tf.VariableSynchronization`. Without replicas only its rule about `trainable` matters. Default: `auto`. */
  synchronization?: (typeof SYNCHRONIZATIONS)[number];
  /** `tf.VariableAggregation`; nothing depends on it without replicas. Default: `none`. */
  aggregation?: (typeof AGGREGATIONS)[number];
  /** Whether it belongs to the state: listed in `weights`, saved by `getWeights` under its name. Default: false. */
  saved?: boolean;
}

const OPTIONS = ['dtype', 'initializer', 'trainable', 'synchronization', 'aggregation', 'saved'] as const;

/** A weight by the rules of Keras' `Optimizer.add_weight`. */
export function makeWeight(
  name: unknown,
  shape: unknown,
  options: WeightOptions,
): { weight: AnyVariable; saved: boolean } {
  checkString('name', name);
  const checked = checkShape('shape', shape);
  checkOptions('addWeight', options, OPTIONS);
  const { saved = false, ...rest } = options;
  checkBoolean('saved', saved);
  return { weight: make(name, checked, rest), saved };
}

function newCounts(size: number): BigInt64Array {
  try {
    return new BigInt64Array(size);
  } catch {
    throw rangeError('ERR_ADAMAX_MEMORY', `addWeight must fit in memory: received ${size} elements`);
  }
}

function make(name: string, checked: Shape, options: WeightOptions): AnyVariable {
  const { initializer = 'zeros', synchronization = 'auto', aggregation = 'none' } = options;
  const [dtype, trainable] = [options.dtype ?? undefined, options.trainable ?? undefined];
  checkOneOf('dtype', dtype ?? 'float32', ['float32', 'int64']);
  checkOneOf('synchronization', synchronization, SYNCHRONIZATIONS);
  checkOneOf('aggregation', aggregation, AGGREGATIONS);
  if (trainable !== undefined && typeof trainable !== 'boolean') throw wrongType('trainable', 'a boolean', trainable);
  if (synchronization === 'onRead' && trainable === true) {
    throw typeError('ERR_ADAMAX_ARG_TYPE', "trainable must be false where synchronization is 'onRead': received true");
  }
  const variableOptions = { name, shape: checked, trainable: trainable ?? synchronization !== 'onRead' };
  if ((dtype ?? (isBigInt64Array(initializer) ? 'int64' : 'float32')) === 'float32') {
    return new Variable(initialize('initializer', initializer, checked), variableOptions);
  }
  const weight = new Variable(newCounts(sizeOf(checked)), variableOptions);
  return weight.assign(countsOf(initializer, weight));
}

/**
 * Initial values of an int64 weight, as they are: float32, which initializers make, does not hold every whole number.
 */
function countsOf(initializer: unknown, { name, shape, size }: AnyVariable): BigInt64Array {
  const data = valuesOf(initializer, shape, size);
  return elementsFor('initializer', { data, isBare: true }, { name, dtype: 'int64', shape }) as BigInt64Array;
}

function valuesOf(initializer: unknown, shape: Shape, size: number): unknown {
  if (Array.isArray(initializer) || isTypedArray(initializer)) return initializer;
  if (typeof initializer === 'number' || typeof initializer === 'bigint') {
    return Array.from({ length: size }, () => initializer);
  }
  return Float64Array.from(initialize('initializer', initializer, shape));
}
