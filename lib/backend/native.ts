/** The native addon as a `Backend`. What crosses the border is typed here, and nowhere else. */
import { rangeError } from '../errors.js';
import type { Backend, BackendPlan, BadIndex, Isa, RowIndices } from './backend.js';
import { jsBackend } from './js.js';
import type { Rule } from './rule.js';

/** The addon's exports. It checks kinds, lengths and liveness once more, since memory safety must not rest on its callers. */
export interface Binding {
  /** Implementations compiled in that this processor and operating system can run, best last. */
  readonly available: readonly Isa[];
  /** Rule names; the position is the number other calls take. */
  readonly rules: readonly string[];
  isa(): Isa;
  setIsa(isa: Isa): boolean;
  /** `(rule, param, out, grad, ...slots, ...scalars)` */
  dense(
    rule: number,
    param: Float32Array,
    out: Float32Array,
    grad: Float32Array,
    ...rest: (Float32Array | number)[]
  ): void;
  /** `(rule, param, rowLength, values, indices, ...slots, ...scalars)`; the first bad position, or -1, or -2 when out of memory. */
  rows(
    rule: number,
    param: Float32Array,
    rowLength: number,
    values: Float32Array,
    indices: RowIndices,
    ...rest: (Float32Array | number)[]
  ): number;
  sumSquares(x: Float32Array): number;
  Plan: new (rule: number, scalars: Float32Array) => BindingPlan;
}

interface BindingPlan {
  /**
   * Re-binds what the flat lists name, then steps entries 0 … count − 1.
   * `targets`: `[entry, rowLength, param, ...slots]*`; `gradients`: `[entry, values, indices | null]*`.
   * −1 when all went well, −2 when out of memory, else `entry · 2³² + position` of the first bad index.
   */
  step(
    count: number,
    targets: readonly unknown[] | null,
    gradients: readonly unknown[] | null,
    clipnorm: number,
    clipvalue: number,
  ): number;
}

const OUT_OF_MEMORY = -2;

export function nativeBackend(binding: Binding): Backend {
  const numberOf = (rule: Rule) => binding.rules.indexOf(rule.name);
  return {
    get isa() {
      return binding.isa();
    },

    dense(rule, scalars, param, slots, grad, out) {
      binding.dense(numberOf(rule), param, out, grad, ...slots, ...scalars);
    },

    rows(rule, scalars, target, values, indices) {
      const { param, rowLength, slots } = target;
      const bad = binding.rows(numberOf(rule), param, rowLength, values, indices, ...slots, ...scalars);
      if (bad === OUT_OF_MEMORY) throw outOfMemory(indices.length);
      return bad < 0 ? undefined : bad;
    },

    sumSquares: (x) => binding.sumSquares(x),

    plan(rule, scalars) {
      const number = numberOf(rule);
      return number < 0 ? jsBackend.plan(rule, scalars) : nativePlan(new binding.Plan(number, scalars));
    },
  };
}

function nativePlan(plan: BindingPlan): BackendPlan {
  return {
    step(entries, count, newTargets, newGradients, clipping): BadIndex | undefined {
      let targets: unknown[] | null = null;
      let gradients: unknown[] | null = null;
      if (newTargets.length > 0) {
        targets = [];
        for (const i of newTargets) {
          const { param, slots, rowLength } = entries[i].target;
          targets.push(i, rowLength, param, ...slots);
        }
      }
      if (newGradients.length > 0) {
        gradients = [];
        for (const i of newGradients) gradients.push(i, entries[i].values, entries[i].indices);
      }
      const outcome = plan.step(count, targets, gradients, clipping.norm, clipping.value);
      if (outcome === OUT_OF_MEMORY) throw outOfMemory(entries.length);
      return outcome < 0 ? undefined : { entry: Math.floor(outcome / 2 ** 32), position: outcome % 2 ** 32 };
    },
  };
}

function outOfMemory(size: number): RangeError {
  return rangeError('ERR_ADAMAX_MEMORY', `no memory for the working space of a sparse step: received ${size} indices`);
}
