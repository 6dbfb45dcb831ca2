import { rangeError, wrongValue } from '../arguments/errors.js';
import { type AnyVariable, isNamed, type Variable } from '../variables/variable.js';

/** The name of the step counter in what is saved. */
export const COUNTER = 'iterations';

/** A variable of an optimizer's state, and what it is there for: a slot of its owner, or else the optimizer's own. */
export interface Weight {
  readonly variable: AnyVariable;
  readonly owner: Variable | null;
  /** The name of the slot, or of what is the optimizer's own. */
  readonly kind: string;
}

/** A weight under the name that it goes by in what is saved. */
export interface NamedWeight {
  readonly name: string;
  readonly variable: AnyVariable;
}

/** What variables without a name of their own go by, and so what no other may be called. */
const POSITION = /^#\d+$/;

/**
 * Names of the variables in one state, by which state finds its way home. A name that was given is one variable's alone.
 * Where none was given, the variable is known by its position among those without: a name that was made by a counter
 * would be another in the next process.
 */
export class VariableNames {
  readonly #holders = new Map<string, Variable>();
  readonly #optimizer: string;

  constructor(optimizer: string) {
    this.#optimizer = optimizer;
  }

  /** Throws where a variable has a name that it cannot take. @throws RangeError `ERR_ADAMAX_DUPLICATE`, `ERR_ADAMAX_ARG_VALUE` */
  check(variable: Variable): void {
    if (!isNamed(variable)) return;
    const { name } = variable;
    const holder = this.#holders.get(name);
    if (holder !== undefined && holder !== variable) {
      const expected = `names of variables must be unique in optimizer '${this.#optimizer}'`;
      const ways = 'rebind moves a variable, release drops it';
      throw rangeError('ERR_ADAMAX_DUPLICATE', `${expected} (${ways}): received a second variable '${name}'`);
    }
    if (POSITION.test(name)) {
      throw wrongValue('names of variables', 'other than those of positions (#0, #1, …)', name);
    }
  }

  /** Takes the name of a variable, which was checked. */
  take(variable: Variable): void {
    if (isNamed(variable)) this.#holders.set(variable.name, variable);
  }

  /** Gives the name of a variable back. */
  drop(variable: Variable): void {
    if (this.#holders.get(variable.name) === variable) this.#holders.delete(variable.name);
  }
}

/**
 * The weights by name: `iterations`, `<variable>/<slot>`, and what the optimizer keeps for itself by its own name.
 * @param stepped - variables that have been stepped or built, in order; others come behind them
 */
export function namedWeights(weights: readonly Weight[], stepped: Iterable<Variable>): NamedWeight[] {
  const owners = new Set(stepped);
  for (const { owner } of weights) if (owner !== null) owners.add(owner);
  const names = new Map<Variable, string>();
  let unnamed = 0;
  for (const owner of owners) names.set(owner, isNamed(owner) ? owner.name : `#${unnamed++}`);
  return weights.map(({ variable, owner, kind }) => {
    return { name: owner === null ? kind : `${names.get(owner)}/${kind}`, variable };
  });
}

/** Throws where a slot may not be called so: what is behind the last slash of a weight's name is its slot. */
export function checkSlotName(argument: string, name: string): void {
  if (name.includes('/')) throw wrongValue(argument, 'a name without a slash', name);
}

/** Throws where a weight of the optimizer's own may not be called so. */
export function checkOwnName(name: string, weights: readonly Weight[]): void {
  if (name.includes('/')) throw wrongValue('name', 'without a slash where the weight is saved', name);
  if (weights.some(({ owner, kind }) => owner === null && kind === name)) {
    throw rangeError(
      'ERR_ADAMAX_DUPLICATE',
      `name must be unique where the weight is saved: received a second '${name}'`,
    );
  }
}
