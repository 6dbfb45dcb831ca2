import { checkFloat32Array, checkLength, detached } from '../arguments/arrays.js';
import { wrongType } from '../arguments/errors.js';
import type { Backend, BackendPlan, Clipping } from '../backend/backend.js';
import type { Rule } from '../backend/rule.js';
import { append } from '../memory/built-ins.js';
import { partOf } from '../memory/typed-arrays.js';
import { byName } from '../state/labels.js';
import { isState, type VariableState } from '../state/variable-state.js';
import type { VariableStates } from '../state/variable-states.js';
import type { Variable } from '../variables/variable.js';
import { Control } from './control.js';
import type { NonFiniteGuard } from './non-finite.js';

/**
 * The list of a step whose variables all lie in one array, told by where they begin in it. They are placed anew at each
 * step, in one call: the array may be another view each time, as those of a WebAssembly memory that grows are.
 */
export class HeapList {
  readonly backend: Backend;
  readonly #plan: BackendPlan;
  readonly #control: Control;
  readonly #states: VariableStates;
  readonly #guard: NonFiniteGuard;
  #resolved: readonly VariableState[] = [];
  #variables: readonly Variable[] | null = null;
  #version = -1;
  /** Views that are whole as long as all slots are. */
  #slotMemory: readonly Float32Array[] = [];

  constructor(backend: Backend, rule: Rule, states: VariableStates, guard: NonFiniteGuard) {
    this.backend = backend;
    this.#control = new Control(rule.scalars, states.slotDtype);
    this.#plan = backend.plan(rule, this.#control.array, states.slotDtype);
    this.#states = states;
    this.#guard = guard;
  }

  step(
    variables: readonly Variable[],
    heap: Float32Array,
    offsets: Float64Array,
    scalars: Float32Array,
    clipping: Clipping,
  ): void {
    if (variables === this.#variables && this.#version === this.#states.written.version) {
      this.#stepResolved(variables.length, heap, offsets, scalars, clipping);
      return;
    }
    const creation = this.#states.creation(byName);
    try {
      this.#resolve(variables.map(creation.stateOf));
      this.#stepResolved(variables.length, heap, offsets, scalars, clipping);
    } catch (error) {
      creation.undo();
      throw error;
    }
    creation.keep();
    this.#variables = variables;
    this.#version = this.#states.written.version;
  }

  #resolve(states: readonly VariableState[]): void {
    const slotMemory: Float32Array[] = [];
    for (let i = 0; i < states.length; i++) {
      const state = states[i];
      if (!isState(state)) throw wrongType('state', 'one of this optimizer', state);
      this.#plan.target(i, state, null, null);
      if (state.slots.length > 0 && state.memory !== slotMemory[slotMemory.length - 1])
        append(slotMemory, state.memory);
    }
    this.#plan.truncate(states.length);
    this.#slotMemory = slotMemory;
    this.#resolved = states;
  }

  #stepResolved(
    count: number,
    heap: Float32Array,
    offsets: Float64Array,
    scalars: Float32Array,
    clipping: Clipping,
  ): void {
    checkFloat32Array('heap', heap);
    checkLength('offsets', offsets, 3 * count, `three for each of ${count} variables`);
    this.#control.setScalars(scalars, clipping, this.#guard.begin(), this.#states.counter.get() + 1);
    this.#control.setRange(0, count);
    this.#plan.place(heap, offsets);
    const memory = this.#slotMemory;
    for (let i = 0; i < memory.length; i++) if (memory[i][0] === undefined) throw detached('slots', memory[i]);
    if (heap[0] === undefined && count > 0) throw detached('heap', heap);
    const fault = this.#plan.run();
    if (fault === undefined) return;
    // Dense gradients have no other fault than this.
    const state = this.#resolved[fault.entry];
    throw this.#guard.refuse(
      `gradient of ${byName(state.variable)}`,
      partOf(heap, offsets[3 * fault.entry + 2], state.size),
    );
  }
}
