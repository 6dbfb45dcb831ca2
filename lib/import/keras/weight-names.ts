/**
 * What Keras calls the weights of its layers. Files since Keras 3 only number them, in this order: those of the layer
 * first that are trained.
 */

interface WeightNames {
  readonly names: readonly string[];
  /** How many at the end are not trained. */
  readonly fixed?: number;
  /** Options of the layer without which a weight is not there. */
  readonly flags?: Readonly<Record<string, string>>;
}

const KERNEL: WeightNames = { names: ['kernel', 'bias'] };
const SEPARABLE: WeightNames = { names: ['depthwise_kernel', 'pointwise_kernel', 'bias'] };
const SCALED: WeightNames = { names: ['gamma', 'beta'], flags: { gamma: 'scale', beta: 'center' } };
const RECURRENT: WeightNames = { names: ['kernel', 'recurrent_kernel', 'bias'] };

/** By the class of the layer in snake case, which is what groups of a file are called. */
const WEIGHTS: Readonly<Record<string, WeightNames>> = {
  ...Object.fromEntries(
    ['dense', 'einsum_dense', ...['1d', '2d', '3d'].flatMap((n) => [`conv${n}`, `conv${n}_transpose`])].map((name) => {
      return [name, KERNEL];
    }),
  ),
  depthwise_conv1d: KERNEL,
  depthwise_conv2d: KERNEL,
  separable_conv1d: SEPARABLE,
  separable_conv2d: SEPARABLE,
  embedding: { names: ['embeddings'] },
  batch_normalization: {
    names: ['gamma', 'beta', 'moving_mean', 'moving_variance'],
    fixed: 2,
    flags: { gamma: 'scale', beta: 'center' },
  },
  layer_normalization: SCALED,
  group_normalization: SCALED,
  rms_normalization: { names: ['scale'] },
  p_re_lu: { names: ['alpha'] },
  cell: RECURRENT,
  normalization: { names: ['mean', 'variance', 'count'], fixed: 3 },
  seed_generator: { names: ['seed_generator_state'], fixed: 1 },
};

/** As Keras makes names of groups out of those of classes. */
export function snakeCase(className: string): string {
  const words = className.replace(/\W+/g, '').replace(/(.)([A-Z][a-z]+)/g, '$1_$2');
  return words.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
}

/** A weight's name in its layer, and whether it is trained; numbers are the names of those that nothing is known of. */
export interface WeightName {
  readonly name: string;
  readonly trainable: boolean;
}

/**
 * @param kind - the class of the layer in snake case
 * @param count - how many weights the file has of it
 * @param options - of the layer, where the file tells them
 */
export function weightNames(kind: string, count: number, options: Readonly<Record<string, unknown>>): WeightName[] {
  const known = Object.hasOwn(WEIGHTS, kind) ? WEIGHTS[kind] : undefined;
  const { names = [], fixed = 0, flags = {} } = known ?? {};
  const present = names.filter((name) => !Object.hasOwn(flags, name) || options[flags[name]] !== false);
  // A bias is the last one, and may be missing; of other weights the number tells whether they are those.
  const mayEnd = count === present.length - 1 && present.at(-1) === 'bias';
  if (count === present.length || mayEnd) {
    return present.slice(0, count).map((name, i) => ({ name, trainable: i < present.length - fixed }));
  }
  return Array.from({ length: count }, (_, i) => ({ name: `${i}`, trainable: i < count - fixed }));
}
