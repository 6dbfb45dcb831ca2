/**
 * `adamax/tfjs`: TensorFlow.js trained by this package.
 * @module adamax/tfjs
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import { type AdagradOptions, Adagrad as CoreAdagrad } from '../optimizers/adagrad.js';
import { type AdamaxOptions, Adamax as CoreAdamax } from '../optimizers/adamax.js';
import { RMSprop as CoreRMSprop, type RMSpropOptions } from '../optimizers/rmsprop.js';
import { SGD as CoreSGD, type SGDOptions } from '../optimizers/sgd.js';
import type { Variable } from '../variables/variable.js';
import { type Ids, LookUps } from './embedding.js';
import { createEmbedding, type EmbeddingClass } from './embedding-layer.js';
import { createEngine } from './engine.js';
import { createGradientTape, type GradientTapeOptions, type RecordingTape } from './gradient-tape.js';
import { checkedLists } from './kernel-lists.js';
import { Masters } from './masters.js';
import { commit, type VariableSource, variablesOf } from './model-variables.js';
import type { Tfjs, TfjsVariable } from './namespace.js';
import { defineOptimizer, type TfjsOptimizerClass } from './optimizer.js';
import { checkPeer } from './peer.js';
import { Tables } from './tables.js';
import { enableWasmTraining, type WasmTraining, type WasmTrainingOptions } from './wasm/index.js';

export type { Ids } from './embedding.js';
export type { EmbeddingArgs, EmbeddingClass } from './embedding-layer.js';
export type { GradientTapeOptions, RecordingTape, TapeGradientOptions } from './gradient-tape.js';
export type { VariableSource } from './model-variables.js';
export type { Tfjs, TfjsVariable } from './namespace.js';
export type { TfjsGradients, TfjsOptimizer, TfjsOptimizerClass } from './optimizer.js';
export type { Gradients, Structure } from './structure.js';
export type { WasmTraining, WasmTrainingKernel, WasmTrainingOptions } from './wasm/index.js';

declare module 'adamax' {
  interface EngineVariables {
    /** Variables of TensorFlow.js, of layers or of its own. */
    tfjs: TfjsVariable;
  }
}

/** What there is for one TensorFlow.js. */
export interface AdamaxForTfjs {
  /** The class for `model.compile` whose steps `Adamax` of `adamax` takes. */
  readonly Adamax: TfjsOptimizerClass<CoreAdamax, AdamaxOptions>;
  /** The class for `model.compile` whose steps `Adagrad` of `adamax` takes. */
  readonly Adagrad: TfjsOptimizerClass<CoreAdagrad, AdagradOptions>;
  /** The class for `model.compile` whose steps `RMSprop` of `adamax` takes. */
  readonly RMSprop: TfjsOptimizerClass<CoreRMSprop, RMSpropOptions>;
  /** The class for `model.compile` whose steps `SGD` of `adamax` takes. */
  readonly SGD: TfjsOptimizerClass<CoreSGD, SGDOptions>;
  /**
   * Registers the kernels that training needs and the wasm backend lacks, and some in place of its own. The backend need
   * not be ready, but its package must have been imported.
   */
  enableWasmTraining(options?: WasmTrainingOptions): WasmTraining;
  /** `tf.GradientTape` of Python. */
  readonly GradientTape: {
    /** A tape that has recorded nothing yet. @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION` */
    new (options?: GradientTapeOptions): RecordingTape;
  };
  /** `tf.layers.embedding` with a table that stays out of the backends. */
  readonly Embedding: EmbeddingClass;
  /**
   * Looks up rows of a table, with a gradient for `minimize` that is as sparse as they are.
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`; RangeError `ERR_ADAMAX_INDEX`
   */
  embeddingLookup(table: Variable | TfjsVariable, ids: Ids): Tensor;
  /**
   * The Variables of this package that stand for those of a model, with the elements that these have now, each under the
   * name that it has in the model's own files: what `adamax/checkpoint` takes as `variables`.
   */
  variablesOf(model: VariableSource): Record<string, Variable>;
  /** Copies what `variablesOf` gave to the variables of the model, after `load` has written it. */
  commit(variables: Readonly<Record<string, Variable>>): void;
}

const known = new WeakMap<Tfjs, AdamaxForTfjs>();

/**
 * Optimizers of this package for a TensorFlow.js: `createTfjs(tf)` with `import * as tf from '@tensorflow/tfjs'`. They
 * work on whatever backend is in force.
 * @throws TypeError `ERR_ADAMAX_TFJS` for what is no TensorFlow.js, too old, or without gradients
 */
export function createTfjs(tf: Tfjs): AdamaxForTfjs {
  checkPeer(tf);
  const made = known.get(tf);
  if (made !== undefined) return made;
  const masters = Masters.forTfjs(tf);
  const tables = Tables.of(tf, masters);
  const engine = createEngine(tf, masters, tables);
  const lookUps = new LookUps(tf, masters, tables);
  const created: AdamaxForTfjs = {
    Adamax: defineOptimizer(tf, masters, tables, engine, 'NativeAdamax', CoreAdamax),
    Adagrad: defineOptimizer(tf, masters, tables, engine, 'NativeAdagrad', CoreAdagrad),
    RMSprop: defineOptimizer(tf, masters, tables, engine, 'NativeRMSprop', CoreRMSprop),
    SGD: defineOptimizer(tf, masters, tables, engine, 'NativeSGD', CoreSGD),
    enableWasmTraining: (options) => enableWasmTraining(tf, checkedLists(options)),
    GradientTape: createGradientTape(tf),
    Embedding: createEmbedding(tf, tables, lookUps),
    embeddingLookup: (table, ids) => lookUps.lookUp(table, ids),
    variablesOf: (model) => variablesOf(tf, masters, model),
    commit: (variables) => commit(masters, variables),
  };
  known.set(tf, created);
  return created;
}
