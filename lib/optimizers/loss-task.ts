import { wrongType } from '../arguments/errors.js';
import { checkOptions } from '../arguments/options.js';
import { isTrainable, type Variable } from '../variables/variable.js';
import type { Adopt } from '../variables/variable-like.js';
import { toVariables } from '../variables/variable-list.js';
import { checkEngine, type GradientEngine, type Leaf } from './engine.js';
import type { Loss } from './loss.js';
import type { MinimizeOptions } from './optimizer-options.js';

/** A loss that is to be evaluated, and differentiated by an engine if there is one. */
export interface LossTask {
  /** The method that was called. */
  readonly method: string;
  loss(leaf: Leaf<unknown>): unknown;
  /** The variables, once the loss has been evaluated; code of the user runs. */
  variables(): Variable[];
  readonly gradLoss: unknown;
  readonly engine: GradientEngine | null;
  readonly adopt: Adopt;
}

/** What a method makes of its arguments. */
interface Kind {
  readonly known: readonly (keyof MinimizeOptions)[];
  /** Whether what is differentiated may be handed over itself, in place of a function that returns it. */
  readonly takesValue: boolean;
  /** Whether gradients are wanted for variables that are not trainable. */
  readonly wantsFrozen: boolean;
}

export const MINIMIZATION: Kind = { known: ['gradLoss', 'name', 'engine'], takesValue: false, wantsFrozen: false };
export const UPDATES: Kind = { known: ['engine'], takesValue: true, wantsFrozen: false };
export const GRADIENTS: Kind = { known: ['engine'], takesValue: true, wantsFrozen: true };

/**
 * Puts together what a method was called with.
 * @param own - the engine of the optimizer
 */
export function lossTask(
  method: string,
  kind: Kind,
  loss: unknown,
  varList: unknown,
  options: MinimizeOptions,
  own: GradientEngine | null,
): LossTask {
  checkOptions(method, options, kind.known);
  const engine = options.engine === undefined ? own : checkEngine(options.engine);
  const isFunction = typeof loss === 'function';
  if (!isFunction && !(kind.takesValue && engine !== null)) throw wrongType('loss', 'a function', loss);
  const adopt: Adopt = (target) => engine?.adopt?.(target);
  const list = () => toVariables('varList', typeof varList === 'function' ? varList() : varList, adopt);
  return {
    method,
    loss: isFunction ? (loss as Loss) : () => loss,
    // A list of gradients that a loss brings has a place for each variable.
    variables: () => (engine === null || kind.wantsFrozen ? list() : list().filter(isTrainable)),
    gradLoss: options.gradLoss ?? undefined,
    engine,
    adopt,
  };
}
