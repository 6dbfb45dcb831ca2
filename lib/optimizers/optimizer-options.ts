import { wrongType } from '../arguments/errors.js';
import { checkBoolean, checkOptions, checkString } from '../arguments/options.js';
import type { SlotDtype } from '../backend/backend.js';
import type { NonFinite } from '../step/non-finite.js';
import type { Gradient } from '../variables/gradient.js';
import { isVariable } from '../variables/variable.js';
import type { GradientEngine, VariableTarget } from './engine.js';
import type { LearningRate } from './learning-rate.js';

/** Options every optimizer takes. */
export interface OptimizerOptions {
  /** Step size: a finite number, a function of the number of finished steps, a scalar `Variable`, or a schedule. */
  learningRate?: LearningRate;
  /** Keras' older name of `learningRate`; wins when both are given. A number ≥ 0. */
  lr?: number | null;
  /** Inverse time decay on top: the rate of step k (from 0) is `learningRate / (1 + decay · k)`. ≥ 0. Default: 0. */
  decay?: number | null;
  /** Bound of each gradient's Euclidean norm (of the values of sparse ones), ≥ 0. Default: none. */
  clipnorm?: number | null;
  /** Bound of each gradient element's magnitude, ≥ 0; applied after `clipnorm`. Default: none. */
  clipvalue?: number | null;
  /**
   * How slots are stored. `bfloat16` halves their memory, and what a step beyond the caches moves falls from 28 to 20
   * bytes an element; a moment then has 8 significant bits, dithered at each step, so that small changes are not lost.
   * Not for a centered RMSprop. Default: `float32`.
   */
  slotDtype?: SlotDtype;
  /**
   * What a step does when a gradient that it would step by holds a NaN or an infinity: `propagate` steps by it all the
   * same; `throw` throws RangeError `ERR_ADAMAX_NON_FINITE`, and nothing has changed; `skip` changes nothing either,
   * returns the number of steps as it was and counts the step in `skippedSteps`. The gradients are looked at as they
   * are handed over, before they are clipped: `clipvalue` would make an infinity finite. Default: `propagate`.
   */
  nonFinite?: NonFinite;
  /** What differentiates losses in `minimize` and its kin. Default: nothing does, and losses bring their gradients. */
  engine?: GradientEngine | null;
  /** Default: the name of the class. `''` or null makes a unique one: `adamax`, `adamax_1`, … */
  name?: string | null;
}

/** What to step, by which gradients: any iterable of `[gradient, variable]`. */
export type GradsAndVars = Iterable<readonly [Gradient, VariableTarget]>;

/** Options of `applyGradients` and `applyGradientsAsync`. */
export interface ApplyOptions {
  /** Accepted for Keras' sake: there is no operation to name. */
  name?: string | null;
  /** Whether gradients are summed over replicas before the step, where there are any. Default: true. */
  experimentalAggregateGradients?: boolean;
}

/** Options of `getGradients` and `getUpdates`. */
export interface GradientOptions {
  /** What differentiates the loss. Default: the optimizer's own engine, if it has one; null for none. */
  engine?: GradientEngine | null;
}

/** Options of `minimize` and `minimizeAsync`. */
export interface MinimizeOptions extends GradientOptions {
  /**
   * What each element of the loss is weighted by, in the form that the engine takes; without an engine it is handed to
   * the loss' `gradients`, which must then be a function. Default: ones.
   */
  gradLoss?: unknown;
  /** Accepted for Keras' sake. */
  name?: string | null;
}

/** Options of `setWeights`. */
export interface SetWeightsOptions {
  /** Whether to write what fits and leave the rest as it is. Default: false. */
  partial?: boolean;
}

/** Names of the options in `OptimizerOptions`, for the check of a subclass' constructor. */
export const optimizerOptionNames = [
  'learningRate',
  'lr',
  'decay',
  'clipnorm',
  'clipvalue',
  'slotDtype',
  'nonFinite',
  'engine',
  'name',
] as const;

/** Whether gradients are to be aggregated, of options that were checked. */
export function checkApplyOptions(method: string, options: ApplyOptions): boolean {
  // Lists of gradients and of variables, one beside the other, are what some other libraries take.
  if (isListLike(options)) throw wrongType(method, 'called with one list of [gradient, variable] pairs', options);
  checkOptions(method, options, ['name', 'experimentalAggregateGradients']);
  const { name, experimentalAggregateGradients = true } = options;
  if (name !== undefined && name !== null) checkString('name', name);
  checkBoolean('experimentalAggregateGradients', experimentalAggregateGradients);
  return experimentalAggregateGradients;
}

function isListLike(options: unknown): boolean {
  return typeof options === 'object' && options !== null && (isVariable(options) || Symbol.iterator in options);
}
