import type { serialization, Tensor, Variable as TfVariable } from '@tensorflow/tfjs-core';
import type { LayerVariable, layers } from '@tensorflow/tfjs-layers';
import { isCoded, typeError, wrongValue } from '../arguments/errors.js';
import { checkRecord } from '../arguments/options.js';
import { checkNumber, type Domain } from '../arguments/ranges.js';
import { initialize } from '../initializers/initialize.js';
import type { LookUps } from './embedding.js';
import type { Tfjs } from './namespace.js';
import { wholeRowIds } from './row-ids.js';
import type { Tables } from './tables.js';

type Layer = ReturnType<typeof layers.embedding>;
/** What `tf.layers.embedding` takes. */
export type EmbeddingArgs = Parameters<typeof layers.embedding>[0];
/** The class of a layer that is used as that of `tf.layers.embedding`. */
export type EmbeddingClass = (new (
  args: EmbeddingArgs,
) => Layer) & {
  /** What saved models call it. */
  readonly className: string;
};

/** What is used of an initializer of TensorFlow.js. */
interface Initializer {
  apply(shape: number[], dtype?: string): Tensor;
  getClassName(): string;
  getConfig(): object;
}

/** What is used of the layer of TensorFlow.js, which it declares as its own business. */
interface Inner {
  new (
    args: EmbeddingArgs,
  ): {
    readonly inputDim: number;
    readonly outputDim: number;
    readonly dtype: string;
    readonly embeddingsInitializer: Initializer;
    embeddings: LayerVariable;
    built: boolean;
    addWeight(name: string, shape: number[], dtype: string, initializer: object, ...rest: unknown[]): LayerVariable;
    invokeCallHook(inputs: unknown, options: object): void;
    computeOutputShape(shape: number[]): number[];
  };
}

/**
 * `tf.layers.embedding` with a table that is in no backend: only the rows of a batch are copied there. It has the arguments
 * of that layer, but those that take the whole table at each step.
 */
export function createEmbedding(tf: Tfjs, tables: Tables, lookUps: LookUps): EmbeddingClass {
  if (tf.layers === undefined) return WithoutLayers as unknown as EmbeddingClass;
  // The class is not exported.
  const Base = tf.layers.embedding({ inputDim: 1, outputDim: 1 }).constructor as unknown as Inner;

  class NativeEmbedding extends Base {
    static readonly className = 'NativeEmbedding';

    constructor(args: EmbeddingArgs) {
      checkArgs(args);
      try {
        super(args);
      } catch (error) {
        throw notTaken(args, error);
      }
    }

    build(): void {
      const shape = [this.inputDim, this.outputDim] as const;
      const one = { apply: () => tf.zeros([1, 1]) };
      const first = () => one;
      const rest = [null, true, null, first];
      this.embeddings = this.addWeight('embeddings', [...shape], this.dtype, one, ...rest);
      tables.begin(this.embeddings, shape, initialElements(this.embeddingsInitializer, shape));
      this.built = true;
    }

    call(inputs: Tensor | Tensor[], options: object): Tensor {
      return tf.tidy(() => {
        this.invokeCallHook(inputs, options);
        const input = Array.isArray(inputs) ? inputs[0] : inputs;
        const target = this.embeddings.read() as TfVariable;
        const ids = wholeRowIds(tf, `inputs of '${this.embeddings.name}'`, input, this.inputDim);
        return tf.reshape(lookUps.rows(tables.house(target), target, ids), this.computeOutputShape(input.shape));
      });
    }

    getClassName(): string {
      return NativeEmbedding.className;
    }
  }
  tf.serialization.registerClass(NativeEmbedding as never);
  return NativeEmbedding as unknown as EmbeddingClass;
}

/** Sizes of which a table has no more elements than an array can have. */
const size: Domain = {
  text: 'a whole number from 1 to 2³¹ − 1',
  contains: (x) => Number.isInteger(x) && x > 0 && x < 2 ** 31,
};

function checkArgs(args: unknown): asserts args is EmbeddingArgs {
  checkRecord('args', args, 'an object, { inputDim, outputDim }');
  const given = args as EmbeddingArgs;
  for (const name of ['inputDim', 'outputDim'] as const) checkNumber(name, given[name], size);
  for (const name of ['embeddingsConstraint', 'embeddingsRegularizer', 'activityRegularizer'] as const) {
    if (given[name] == null) continue;
    const expected = `${name} must be left out, since it takes the whole table at each step`;
    throw typeError('ERR_ADAMAX_OPTION', `${expected} (tf.layers.embedding has it): received one`);
  }
}

/** The error for arguments that TensorFlow.js refuses, with its own as the cause. */
function notTaken(args: EmbeddingArgs, cause: unknown): RangeError {
  const reason = cause instanceof Error ? ` (${cause.message.replace(/\s+/g, ' ')})` : '';
  return Object.assign(wrongValue('args', `what tf.layers.embedding takes${reason}`, args), { cause });
}

/** Takes the place of the layer where there are none. */
class WithoutLayers {
  constructor() {
    const expected = 'tf must have layers: import @tensorflow/tfjs, or add @tensorflow/tfjs-layers to it';
    throw typeError('ERR_ADAMAX_TFJS', `${expected}: received @tensorflow/tfjs-core alone`);
  }
}

/** By the initializer of this package of the same name, which makes its numbers where they stay; else by that one itself. */
function initialElements(initializer: Initializer, shape: readonly [number, number]): Float32Array {
  const config = { class_name: initializer.getClassName(), config: withoutGaps(initializer.getConfig()) };
  try {
    return initialize('embeddingsInitializer', config, shape);
  } catch (error) {
    if (!isCoded(error)) throw error;
    const tensor = initializer.apply([...shape], 'float32');
    const elements = tensor.dataSync().slice() as Float32Array;
    tensor.dispose();
    return elements;
  }
}

const withoutGaps = (config: object): serialization.ConfigDict =>
  Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
