import type { SlotArray, Target } from '../backend/backend.js';
import { frozen } from '../memory/built-ins.js';
import { rowLengthOf } from '../variables/shape.js';
import { elementsOf, memoryOf, type Variable } from '../variables/variable.js';
import type { Slots } from './slot-memory.js';
import type { SlotVariable } from './slot-table.js';

/** Where the parameter of a state lay when the optimizer last followed it. */
export let paramOf: (state: VariableState) => Float32Array;

/** Says that the parameter lies elsewhere. */
export let moveTo: (state: VariableState, param: Float32Array) => void;

/** Whether `value` is a state that this module made, and not something that looks like one. */
export let isState: (value: unknown) => value is VariableState;

/**
 * What an optimizer keeps of one variable. It is frozen, and where the parameter lies is private: whoever gets hold of
 * a state, by replacing a method of `Map` for instance, cannot make a step ask one array and write another.
 */
export class VariableState implements Target {
  readonly variable: Variable;
  readonly slotVariables: readonly SlotVariable[];
  readonly name: string;
  readonly slots: readonly SlotArray[];
  /** A view that is whole as long as the slots are. */
  readonly memory: Float32Array;
  readonly size: number;
  readonly rowLength: number;
  /** Rows of the table that it is for sparse gradients, also where they have no elements. */
  readonly rows: number;
  readonly set = 0;
  #param: Float32Array;

  static {
    paramOf = (state) => state.#param;
    moveTo = (state, param) => {
      state.#param = param;
    };
    isState = (value): value is VariableState => typeof value === 'object' && value !== null && #param in value;
  }

  constructor(variable: Variable, slotVariables: readonly SlotVariable[], { arrays, memory }: Slots) {
    this.variable = variable;
    this.slotVariables = slotVariables;
    this.name = variable.name;
    this.slots = arrays;
    this.memory = memory;
    this.size = elementsOf(variable);
    this.rowLength = rowLengthOf(variable.shape);
    this.rows = variable.shape[0] ?? 1;
    this.#param = memoryOf(variable);
    frozen(this);
  }
}
