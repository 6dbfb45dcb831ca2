import { wrongType } from '../arguments/errors.js';
import { checkCallable, checkOptions, checkString } from '../arguments/options.js';
import { isThenable } from '../arguments/promises.js';
import { isTrainable, type Variable } from '../variables/variable.js';
import type { Adopt } from '../variables/variable-like.js';
import { toVariables } from '../variables/variable-list.js';
import { EngineSetting, type GradientEngine, type Leaf } from './engine.js';
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
  own: EngineSetting,
): LossTask {
  checkOptions(method, options, kind.known);
  const { gradLoss, name } = options;
  if (name !== undefined && name !== null) checkString('name', name);
  // Who began is asked to the end, though the optimizer may be given another engine meanwhile.
  const { engine, adopt } = (options.engine === undefined ? own : new EngineSetting(options.engine)).now();
  const differentiates = engine !== null;
  const isValue = kind.takesValue && differentiates && typeof loss === 'object' && loss !== null;
  if (!isValue) checkCallable('loss', loss);
  if (typeof varList !== 'object' || varList === null) {
    checkCallable('varList', varList, 'a Variable, a Float32Array, an iterable of them, or a function');
  }
  checkNoPromise('varList', varList);
  const list = () => {
    const variables: unknown = typeof varList === 'function' ? varList() : varList;
    checkNoPromise('varList()', variables);
    return toVariables('varList', variables, adopt);
  };
  return {
    method,
    loss: typeof loss === 'function' ? (loss as Loss) : () => loss,
    // A list of gradients that a loss brings has a place for each variable.
    variables: () => (differentiates && !kind.wantsFrozen ? list().filter(isTrainable) : list()),
    gradLoss: gradLoss ?? undefined,
    engine,
    adopt,
  };
}

function checkNoPromise(argument: string, list: unknown): void {
  if (isThenable(list)) throw wrongType(argument, 'a list, and not a promise of one', list);
}
