import { typeError, wrongType } from '../arguments/errors.js';
import type { Gradient } from '../variables/gradient.js';
import type { Variable } from '../variables/variable.js';
import type { Adopt, VariableLike } from '../variables/variable-like.js';

/**
 * Variables of engines, by engine: a package that adapts one declares them here, so that lists of variables take them.
 *
 * @example
 * declare module 'adamax' {
 *   interface EngineVariables {
 *     mine: MyVariable;
 *   }
 * }
 */
// biome-ignore lint/suspicious/noEmptyInterface: others add to it
export interface EngineVariables {}

/** A variable, an array that stands for one, or a variable of an engine. */
export type VariableTarget = VariableLike | EngineVariables[keyof EngineVariables];

/** Turns a variable into what the engine computes with: what a loss is called with. */
export type Leaf<T> = (target: VariableTarget) => T;

/** What an engine found out about a loss. */
export interface Differentiated {
  /** The value of the loss; of one that has several elements, their sum. */
  readonly loss?: number;
  /** One for each variable, in their order; null or undefined where the loss does not depend on it. */
  readonly gradients: readonly (Gradient | undefined)[];
}

/**
 * What differentiates losses: a library of automatic differentiation, behind the few calls that an optimizer makes of
 * it. Handed to `new Adamax({ engine })`, or to one call of `minimize`, `getGradients` or `getUpdates`.
 *
 * @typeParam T - what losses compute with: tensors, nodes of a graph, numbers on a tape
 */
// biome-ignore lint/suspicious/noExplicitAny: what an engine computes with is its own business
export interface GradientEngine<T = any> {
  /**
   * The variable of this package that stands for one of the engine's own, the same one each time; undefined for what is
   * none. Asked about anything that is neither a `Variable` nor a `Float32Array`.
   */
  adopt?(target: unknown): Variable | undefined;
  /**
   * Calls `loss` once, with a `leaf` for the variables of this package; then `variables`, which may only be known by
   * then; and differentiates by those. A loss with several elements counts as their sum.
   * @param gradLoss - what each element of the loss is weighted by, as the caller gave it; undefined for ones
   */
  differentiate(
    loss: (leaf: (variable: Variable) => T) => T,
    variables: () => readonly Variable[],
    gradLoss: unknown,
  ): Differentiated;
  /** The same for `minimizeAsync`: `loss` returns a promise. Without it `differentiate` is called there, too. */
  differentiateAsync?(
    loss: (leaf: (variable: Variable) => T) => Promise<T>,
    variables: () => readonly Variable[],
    gradLoss: unknown,
  ): Promise<Differentiated>;
  /**
   * Comes after each step that an optimizer with this engine has taken and counted, with the variables that were
   * stepped: for instance to copy them to where the engine reads its own. What it throws does not take the step back. A
   * promise is waited for where the step is asynchronous, and refused where it is not.
   */
  commit?(variables: readonly Variable[]): void | Promise<void>;
}

/** The engine of an optimizer or of a call, if there is one. */
export class EngineSetting {
  #engine: GradientEngine | null;

  /** @throws TypeError `ERR_ADAMAX_ARG_TYPE` */
  constructor(engine: unknown) {
    this.#engine = checkEngine(engine);
  }

  get(): GradientEngine | null {
    return this.#engine;
  }

  set(engine: unknown): void {
    this.#engine = checkEngine(engine);
  }

  /** Finds the variable that stands for one of the engine's own. */
  readonly adopt: Adopt = (target) => this.#engine?.adopt?.(target);

  /** The engine of this moment, with what finds its variables. */
  now(): { engine: GradientEngine | null; adopt: Adopt } {
    const engine = this.#engine;
    return { engine, adopt: (target) => engine?.adopt?.(target) };
  }
}

/** The error for an engine that does not keep its contract. */
export function brokenContract(contract: string, received: string): TypeError {
  return typeError('ERR_ADAMAX_ENGINE', `engine must ${contract}: received ${received}`);
}

function checkEngine(engine: unknown): GradientEngine | null {
  if (engine === undefined || engine === null) return null;
  if (typeof engine !== 'object' && typeof engine !== 'function') throw wrongType('engine', EXPECTED, engine);
  const { adopt, differentiate, differentiateAsync, commit } = engine as Partial<GradientEngine>;
  if (typeof differentiate !== 'function') throw wrongType('engine', EXPECTED, engine);
  for (const [name, method] of Object.entries({ adopt, differentiateAsync, commit })) {
    if (method !== undefined && typeof method !== 'function') throw wrongType(`engine.${name}`, 'a function', method);
  }
  return engine as GradientEngine;
}

const EXPECTED = 'a gradient engine, with a method differentiate';
