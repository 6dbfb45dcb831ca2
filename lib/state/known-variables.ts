import { rangeError, wrongValue } from '../arguments/errors.js';
import { isNamed, type Variable } from '../variables/variable.js';
import type { Label } from './labels.js';

/** What variables without a name of their own go by, and so what no other may be called. */
const POSITION = /^#\d+$/;

/**
 * The variables that one state knows of, in the order in which they came, each under a name by which its state finds
 * its way home. A name that was given is one variable's alone. Where none was given, the variable is known by its
 * position among those without: a name that was made by a counter would be another in the next process.
 */
export class KnownVariables {
  readonly #order = new Set<Variable>();
  readonly #declared = new Set<Variable>();
  readonly #holders = new Map<string, Variable>();
  readonly #optimizer: string;

  constructor(optimizer: string) {
    this.#optimizer = optimizer;
  }

  /** Variables that were listed ahead of their first step, whether or not they have slots by now. */
  get declared(): Iterable<Variable> {
    return this.#declared;
  }

  /**
   * Throws where a variable has a name that it cannot take.
   * @throws RangeError `ERR_ADAMAX_DUPLICATE`, `ERR_ADAMAX_ARG_VALUE`
   */
  check(variable: Variable, label: Label): void {
    if (!isNamed(variable)) return;
    const { name } = variable;
    const holder = this.#holders.get(name);
    if (holder !== undefined && holder !== variable) {
      const expected = `names of variables must be unique in optimizer '${this.#optimizer}'`;
      const ways = 'rebind moves a variable, release drops it';
      throw rangeError('ERR_ADAMAX_DUPLICATE', `${expected} (${ways}): received a second variable ${label(variable)}`);
    }
    if (POSITION.test(name)) {
      throw wrongValue('names of variables', 'other than those of positions (#0, #1, …)', name);
    }
  }

  /** Takes the name of a variable, which was checked. Its position comes with its state. */
  hold(variable: Variable): void {
    if (isNamed(variable)) this.#holders.set(variable.name, variable);
  }

  /** Takes note of a variable, which was checked. */
  add(variable: Variable): void {
    this.hold(variable);
    this.#order.add(variable);
  }

  /** Takes note of a variable ahead of its first step. The function that is returned takes that back. */
  declare(variable: Variable, label: Label): () => void {
    this.check(variable, label);
    const wasDeclared = this.#declared.has(variable);
    const wasKnown = this.#order.has(variable);
    const wasHeld = this.#holders.get(variable.name) === variable;
    this.add(variable);
    this.#declared.add(variable);
    return () => {
      if (!wasDeclared) this.#declared.delete(variable);
      if (!wasKnown) this.#order.delete(variable);
      if (!wasHeld) this.#dropName(variable);
    };
  }

  /** Takes back that a variable has a state: it keeps its name if it has a slot, and everything if it was declared. */
  undo(variable: Variable, hasSlot: boolean): void {
    if (this.#declared.has(variable)) return;
    this.#order.delete(variable);
    if (!hasSlot) this.#dropName(variable);
  }

  /** Forgets those that `isKept` does not know of, and that were not declared. */
  retain(isKept: (variable: Variable) => boolean): void {
    for (const variable of [...this.#order, ...this.#holders.values()]) {
      if (!this.#declared.has(variable) && !isKept(variable)) this.delete(variable);
    }
  }

  delete(variable: Variable): void {
    this.#order.delete(variable);
    this.#declared.delete(variable);
    this.#dropName(variable);
  }

  /** What to call each variable, and `others` that come behind them: its name, or else its position. */
  names(others: Iterable<Variable>): Map<Variable, string> {
    const names = new Map<Variable, string>();
    let unnamed = 0;
    for (const variable of new Set([...this.#order, ...others])) {
      names.set(variable, isNamed(variable) ? variable.name : `#${unnamed++}`);
    }
    return names;
  }

  #dropName(variable: Variable): void {
    if (this.#holders.get(variable.name) === variable) this.#holders.delete(variable.name);
  }
}
