import { rangeError, wrongValue } from '../arguments/errors.js';
import { checkString } from '../arguments/options.js';
import type { Shape } from '../variables/shape.js';
import type { AnyVariable, DType, Variable } from '../variables/variable.js';

/** The name of the step counter in what is saved. */
export const COUNTER = 'iterations';

/** A variable of an optimizer's state, and what it is there for: a slot of its owner, or else the optimizer's own. */
interface Weight {
  readonly variable: AnyVariable;
  readonly owner: Variable | null;
  /** The name of the slot, or of what is the optimizer's own. */
  readonly kind: string;
}

/** A weight under the name that it goes by in what is saved. */
export interface NamedWeight extends Weight {
  readonly name: string;
}

/** What numbers must fit that go somewhere; messages call it by the name. */
export interface Destination {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
}

/** A place that saved numbers may go to: a weight, or a slot that its owner has not needed so far. */
export interface Place extends Destination {
  readonly owner: Variable | null;
  readonly kind: string;
  /** Undefined where the slot is still to be made. */
  readonly variable: AnyVariable | undefined;
}

/** The variables of a state in the order in which they were made, the counter first. */
export class WeightList {
  #weights: Weight[];
  /** Names of what is the optimizer's own. */
  readonly #own = new Set([COUNTER]);

  constructor(counter: AnyVariable) {
    this.#weights = [{ variable: counter, owner: null, kind: COUNTER }];
  }

  /** Replaces the counter. */
  set counter(variable: AnyVariable) {
    this.#weights[0] = { variable, owner: null, kind: COUNTER };
  }

  get variables(): AnyVariable[] {
    return this.#weights.map(({ variable }) => variable);
  }

  /** Those whose slots there are. */
  get owners(): Set<Variable> {
    const owners = new Set<Variable>();
    for (const { owner } of this.#weights) if (owner !== null) owners.add(owner);
    return owners;
  }

  addSlot(owner: Variable, kind: string, variable: AnyVariable): void {
    this.#weights.push({ variable, owner, kind });
  }

  /** Adds what is the optimizer's own. @throws RangeError `ERR_ADAMAX_DUPLICATE`, `ERR_ADAMAX_ARG_VALUE` */
  addOwn(variable: AnyVariable): void {
    const { name } = variable;
    if (name.includes('/')) throw wrongValue('name', 'without a slash where the weight is saved', name);
    if (this.#own.has(name)) {
      const expected = 'name must be unique where the weight is saved';
      throw rangeError('ERR_ADAMAX_DUPLICATE', `${expected}: received a second '${name}'`);
    }
    this.#own.add(name);
    this.#weights.push({ variable, owner: null, kind: name });
  }

  /** Adds the slots that are not in the list. */
  complete(slots: Iterable<readonly [owner: Variable, name: string, slot: AnyVariable]>): void {
    const listed = new Set(this.variables);
    for (const [owner, kind, slot] of slots) if (!listed.has(slot)) this.addSlot(owner, kind, slot);
  }

  /** Drops the slots of some variables. */
  drop(owners: ReadonlySet<Variable>): void {
    this.#weights = this.#weights.filter(({ owner }) => owner === null || !owners.has(owner));
  }

  /** `iterations`, `<variable>/<slot>`, and what is the optimizer's own by its name. @param names - of the owners */
  named(names: ReadonlyMap<Variable, string>): NamedWeight[] {
    return this.#weights.map((weight) => {
      const { owner, kind } = weight;
      return { ...weight, name: owner === null ? kind : slotPath(names, owner, kind) };
    });
  }
}

export function slotPath(names: ReadonlyMap<Variable, string>, owner: Variable, slot: string): string {
  return `${names.get(owner)}/${slot}`;
}

/** Throws where slots of a rule may not be called so. */
export function checkSlotNames(names: readonly string[]): void {
  names.forEach((name, k) => {
    checkSlotName(`slots[${k}] of the rule`, name);
    if (names.indexOf(name) < k) throw wrongValue(`slots[${k}] of the rule`, 'another name than those before it', name);
  });
}

/** Throws where a slot may not be called so: what is behind the last slash of a weight's name is its slot. */
export function checkSlotName(argument: string, name: string): void {
  checkString(argument, name);
  if (name.includes('/')) throw wrongValue(argument, 'a name without a slash', name);
}
