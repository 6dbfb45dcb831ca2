/** The native addon as a `Backend`. What crosses the border is typed here, and nowhere else. */
import { rangeError } from '../arguments/errors.js';
import type { RowIndices } from '../memory/typed-arrays.js';
import { type Backend, type BackendPlan, type BadIndex, CONTROL, type Isa, type SlotArray } from './backend.js';
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
  /** The low 12 bits of the address of the first element. */
  pageOffset(x: Float32Array): number;
  threads(): number;
  setThreads(n: number): void;
  /** With slots of bfloat16, or float32. */
  plan(rule: number, control: Float64Array, bfloat16?: boolean): BindingPlan;
}

interface BindingPlan {
  target(entry: number, rowLength: number, param: Float32Array, ...slots: SlotArray[]): void;
  gradient(entry: number, values: Float32Array, indices: RowIndices | null): void;
  /** Nothing when all went well, −2 when out of memory, else `entry · 2³² + position` of the first bad index. */
  run(): number | undefined;
  /** The same on a thread of libuv. Keeps `held` alive until it is done. */
  runAsync(held: unknown): Promise<number | undefined>;
}

const OUT_OF_MEMORY = -2;

export function nativeBackend(binding: Binding): Backend {
  const numberOf = (rule: Rule) => binding.rules.indexOf(rule.name);
  return {
    get isa() {
      return binding.isa();
    },

    dense(rule, scalars, param, slots, grad, out) {
      const number = numberOf(rule);
      if (slots.length === 2 && scalars.length === 4) {
        // Adamax. Spreading the arguments would take longer than the step of a small variable.
        binding.dense(number, param, out, grad, slots[0], slots[1], scalars[0], scalars[1], scalars[2], scalars[3]);
      } else {
        binding.dense(number, param, out, grad, ...slots, ...scalars);
      }
    },

    rows(rule, scalars, target, values, indices) {
      const { param, rowLength, slots } = target;
      const bad = binding.rows(
        numberOf(rule),
        param,
        rowLength,
        values,
        indices,
        ...(slots as Float32Array[]),
        ...scalars,
      );
      if (bad === OUT_OF_MEMORY) throw outOfMemory(`${indices.length} indices`);
      return bad < 0 ? undefined : bad;
    },

    sumSquares: (x) => binding.sumSquares(x),

    plan(rule, control, slotDtype) {
      const number = numberOf(rule);
      if (number < 0) return jsBackend.plan(rule, control, slotDtype);
      return nativePlan(binding.plan(number, control, slotDtype === 'bfloat16'), control);
    },

    get threads() {
      return binding.threads();
    },
    set threads(n) {
      binding.setThreads(n);
    },

    pageOffset: (array) => binding.pageOffset(array),
  };
}

function nativePlan({ target, gradient, run, runAsync }: BindingPlan, control: Float64Array): BackendPlan {
  const badIndexOf = (outcome: number | undefined): BadIndex | undefined => {
    if (outcome === undefined) return undefined;
    if (outcome === OUT_OF_MEMORY) throw outOfMemory(`${control[CONTROL.count]} variables`);
    return { entry: Math.floor(outcome / 2 ** 32), position: outcome % 2 ** 32 };
  };
  return {
    target: (i, { param, slots, rowLength }) => target(i, rowLength, param, ...slots),
    gradient,
    run: () => badIndexOf(run()),
    runAsync: async (held) => badIndexOf(await runAsync(held)),
  };
}

function outOfMemory(received: string): RangeError {
  return rangeError('ERR_ADAMAX_MEMORY', `no memory for the working space of a step: received ${received}`);
}
