import { describe, rangeError } from '../arguments/errors.js';
import { suggestion } from '../arguments/suggestion.js';
import type { Variable } from '../variables/variable.js';
import { byName } from './labels.js';

/** A slot, in the format its optimizer stores slots in. */
export type SlotVariable = Variable<Float32Array> | Variable<Uint16Array>;

/** Slot variables by owner and name. */
export class SlotTable {
  readonly #slots = new Map<string, Map<Variable, SlotVariable>>();

  find(owner: Variable, name: string): SlotVariable | undefined {
    return this.#slots.get(name)?.get(owner);
  }

  get(owner: Variable, name: string): SlotVariable {
    const slot = this.find(owner, name);
    if (slot !== undefined) return slot;
    const have = this.names().filter((known) => this.find(owner, known) !== undefined);
    const list = have.length > 0 ? `be one of ${have.join(', ')}` : 'have been made by a step, build or addSlot';
    throw rangeError(
      'ERR_ADAMAX_SLOT',
      `slotName of ${byName(owner)} must ${list}${suggestion(name, have)}: received ${describe(name)}`,
    );
  }

  /** Whether a variable has any slot. */
  has(owner: Variable): boolean {
    for (const ofName of this.#slots.values()) if (ofName.has(owner)) return true;
    return false;
  }

  /** Each slot with its owner and name. */
  *all(): Generator<[owner: Variable, name: string, slot: SlotVariable]> {
    for (const [name, ofName] of this.#slots) for (const [owner, slot] of ofName) yield [owner, name, slot];
  }

  add(owner: Variable, name: string, slot: SlotVariable): void {
    const ofName = this.#slots.get(name);
    if (ofName === undefined) this.#slots.set(name, new Map([[owner, slot]]));
    else ofName.set(owner, slot);
  }

  /** Forgets the slots of a variable, and returns them. */
  delete(owner: Variable): SlotVariable[] {
    const deleted: SlotVariable[] = [];
    for (const [name, ofName] of this.#slots) {
      const slot = ofName.get(owner);
      if (slot !== undefined) deleted.push(slot);
      ofName.delete(owner);
      if (ofName.size === 0) this.#slots.delete(name);
    }
    return deleted;
  }

  /** In order of creation. */
  names(): string[] {
    return [...this.#slots.keys()];
  }
}
