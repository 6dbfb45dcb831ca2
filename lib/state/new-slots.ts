import type { SlotArray, SlotDtype } from '../backend/backend.js';
import type { Rule } from '../backend/rule.js';
import type { Stretch } from '../backend/stretch.js';
import { toBfloat16 } from '../math/bfloat16.js';
import type { MemoryRegions } from '../memory/regions.js';
import { elementsOf, memoryOf, pin, Variable } from '../variables/variable.js';
import type { Owner } from './labels.js';
import { SlotMemory, type Slots } from './slot-memory.js';
import type { SlotVariable } from './slot-table.js';

/** Makes slots of an optimizer: their memory, with the rule's initial values, and the Variables on it. */
export class NewSlots {
  readonly memory: SlotMemory;
  /** Memory of variables that have a slot by `addSlot`, but no state yet. */
  readonly early: Map<Variable, Slots> = new Map();
  /**
   * Which elements of new slots get the rule's initial values; null for all. The others stay zeros, and their pages
   * untouched: they are stepped elsewhere.
   */
  stretchOf: ((variable: Variable) => Stretch | null) | null = null;
  readonly #rule: Rule;
  readonly #owner: string;
  readonly #dtype: SlotDtype;
  readonly #written: MemoryRegions<Owner>;

  /**
   * @param owner - what names of slots begin with
   * @param written - receives the memory of slots, which steps write
   */
  constructor(rule: Rule, owner: string, dtype: SlotDtype, written: MemoryRegions<Owner>) {
    this.memory = new SlotMemory(dtype);
    this.#rule = rule;
    this.#owner = owner;
    this.#dtype = dtype;
    this.#written = written;
  }

  /** The memory of the rule's slots of a variable: what there is ahead of its first step, or else new. */
  for(variable: Variable): Slots {
    return this.early.get(variable) ?? this.#allocate(variable);
  }

  /** The same, ahead of the first step. */
  ahead(variable: Variable): Slots {
    const slots = this.for(variable);
    this.early.set(variable, slots);
    return slots;
  }

  /** Zeros are there already: writing them would touch every page. */
  #allocate(variable: Variable): Slots {
    const slots = this.memory.allocate(memoryOf(variable), elementsOf(variable), this.#rule.slots.length);
    const stretch = this.stretchOf?.(variable);
    this.#rule.slots.forEach((_, k) => {
      const value = this.#rule.initial?.[k] ?? 0;
      if (value === 0) return;
      slots.arrays[k].fill(this.#dtype === 'float32' ? value : toBfloat16(value), stretch?.begin, stretch?.end);
    });
    this.note(variable, slots.arrays);
    return slots;
  }

  /** Puts slots of the rule among the memory that steps write. */
  note(variable: Variable, arrays: readonly SlotArray[]): void {
    this.#rule.slots.forEach((name, k) => {
      this.#written.add((label) => `slot '${name}' of ${label(variable)}`, arrays[k]);
    });
  }

  /** The Variable of a slot, which keeps its memory. */
  variableOn(owner: Variable, name: string, data: SlotArray): SlotVariable {
    const path = `${this.#owner}/${owner.name}/${name}`;
    const slot = new Variable<SlotArray>(data, { shape: owner.shape, name: path, trainable: false }) as SlotVariable;
    pin(slot, `the slot '${path}', whose memory is its optimizer's`);
    return slot;
  }
}
