/** The native addon as a `Backend`. What crosses the border is typed here, and nowhere else. */
import { type Loaded, loadAddon, type NotLoaded } from '../loading/load.js';
import type { RowIndices } from '../memory/typed-arrays.js';
import type { Backend, BackendPlan, Fault, Isa, SlotArray } from './backend.js';
import { CONTRACT, type Contract } from './contract.js';
import { jsBackend } from './js.js';
import { type Kernel, kernelOf, neededKernels } from './kernel.js';
import { outOfMemory } from './out-of-memory.js';
import type { Rule } from './rule.js';

/**
 * The addon's exports. It checks kinds, lengths and liveness once more, since memory safety must not rest on its
 * callers.
 */
export interface Binding {
  readonly contract: Contract;
  /** Implementations compiled in that this processor and operating system can run, best last. */
  readonly available: readonly Isa[];
  /** Rules by the numbers that other calls take. */
  readonly rules: readonly Kernel[];
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
  /**
   * `(rule, param, rowLength, values, indices, ...slots, ...scalars)`; the first bad position, or a number of the
   * contract.
   */
  rows(
    rule: number,
    param: Float32Array,
    rowLength: number,
    values: Float32Array,
    indices: RowIndices,
    ...rest: (Float32Array | number)[]
  ): number;
  sumSquares(x: Float32Array): number;
  /** Takes `words` into the 64 `lanes` (digest-blocks.ts): whole blocks of 32, in memory apart from theirs. */
  digest(lanes: Uint32Array, words: Uint32Array): void;
  /**
   * The same, while bytes are moved between a file and memory apart from that of the lanes, and where they are read of
   * the words; how many of them, from the first on.
   */
  transfer(
    lanes: Uint32Array,
    words: Uint32Array,
    file: number,
    writes: boolean,
    position: number,
    bytes: Uint8Array,
  ): number;
  /** The low 12 bits of the address of the first element. */
  pageOffset(x: Float32Array): number;
  threads(): number;
  setThreads(n: number): void;
  /**
   * Makes a plan over slots of bfloat16, or else of float32, and returns its number. It is there as long as `control`.
   */
  plan(rule: number, control: Float64Array, bfloat16?: boolean): number;
  /** The number of the plan that the functions below are for. native/binding/bound_plan.h says what each does. */
  readonly selectedPlan: Uint32Array;
  target(
    entry: number,
    set: number,
    rowLength: number,
    length: number,
    param: Float32Array | null,
    out: Float32Array | null,
    slot0?: SlotArray,
    slot1?: SlotArray,
    slot2?: SlotArray,
  ): void;
  gradient(entry: number, values: Float32Array, indices: RowIndices | null): void;
  place(heap: Float32Array, offsets: Float64Array): void;
  stretch(entry: number, begin: number, end: number, gradient?: Float32Array | null): void;
  norms(norms: Float64Array | null): void;
  truncate(count: number): void;
  run(): number | undefined;
  runAsync(held: unknown): Promise<number | undefined>;
}

/** The addon, and whence it came; or why there is none. */
export type LoadedBinding =
  | { readonly binding: Binding; readonly from: string }
  | ({ readonly binding: null } & NotLoaded);

/** Never throws. */
export function loadBinding(): LoadedBinding {
  const loaded = loadAddon(misfitOf);
  return loaded.addon === null ? { binding: null, ...loaded } : bindingOf(loaded);
}

/** @param loaded - which has been found to fit */
export function bindingOf({ addon, from }: Loaded): LoadedBinding & { binding: Binding } {
  return { binding: addon as Binding, from };
}

/** How an addon differs from what this version of the package counts on; null where it fits. */
export function misfitOf(binding: Partial<Binding>): string | null {
  for (const [name, ours] of Object.entries(CONTRACT)) {
    const theirs = binding.contract?.[name as keyof Contract];
    if (theirs !== ours) return `${name} must be ${ours}: received ${theirs}`;
  }
  for (const { name, slots, scalars } of neededKernels()) {
    const kernel = binding.rules?.find((rule) => rule.name === name);
    if (kernel?.slots === slots && kernel.scalars === scalars) continue;
    const received = kernel === undefined ? 'none' : `${kernel.slots} and ${kernel.scalars}`;
    return `kernel ${name} must have ${slots} slots and ${scalars} scalars: received ${received}`;
  }
  return null;
}

export function nativeBackend(binding: Binding): Backend {
  const numbers = new Map(binding.rules.map(({ name }, number) => [name, number]));
  const numberOf = (rule: Rule) => numbers.get(kernelOf(rule)?.name ?? '') ?? -1;
  return {
    get isa() {
      return binding.isa();
    },

    dense(rule, scalars, param, slots, grad, out) {
      const number = numberOf(rule);
      if (slots.length === 2 && scalars.length === 4) {
        // Adamax has so many. Spreading the arguments would take longer than the step of a small variable.
        binding.dense(number, param, out, grad, slots[0], slots[1], scalars[0], scalars[1], scalars[2], scalars[3]);
      } else {
        binding.dense(number, param, out, grad, ...slots, ...scalars);
      }
    },

    rows(rule, scalars, param, slots, rowLength, values, indices) {
      const bad = binding.rows(numberOf(rule), param, rowLength, values, indices, ...slots, ...scalars);
      if (bad === CONTRACT.outOfMemory) throw outOfMemory(`${indices.length} indices`);
      return bad === CONTRACT.allGood ? undefined : bad;
    },

    sumSquares: (x) => binding.sumSquares(x),

    digest: (lanes, words) => binding.digest(lanes, words),

    transfer(lanes, words, { fd, writes, position, bytes }) {
      return binding.transfer(lanes, words, fd, writes, position, bytes);
    },

    plan(rule, control, slotDtype) {
      const number = numberOf(rule);
      if (number < 0) return jsBackend.plan(rule, control, slotDtype);
      return nativePlan(binding, binding.plan(number, control, slotDtype === 'bfloat16'), control);
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

/** More than any plan has. */
const MOST_ENTRIES = 2 ** 32;

function nativePlan(binding: Binding, number: number, control: Float64Array): BackendPlan {
  const { selectedPlan, target, gradient, place, stretch, norms, truncate, run, runAsync } = binding;
  // It refers to `control`, and all functions below to it: thus the plan stays as long as any of them.
  const faultOf = (outcome: number | undefined): Fault | undefined => {
    if (outcome === undefined) return undefined;
    if (outcome <= CONTRACT.nonFinite) return { kind: 'not finite', entry: CONTRACT.nonFinite - outcome };
    if (outcome === CONTRACT.outOfMemory) throw outOfMemory(`${control[CONTRACT.controlCount]} variables`);
    return { kind: 'bad index', entry: Math.floor(outcome / 2 ** 32), position: outcome % 2 ** 32 };
  };
  return {
    // Not spread: an iterator could be anybody's. The addon takes as many as its rule has.
    target(i, { slots, size, rowLength, set }, param, out) {
      selectedPlan[0] = number;
      target(i, set, rowLength, size, param, out, slots[0], slots[1], slots[2]);
    },
    gradient(i, values, indices) {
      selectedPlan[0] = number;
      gradient(i, values, indices);
    },
    place(heap, offsets) {
      selectedPlan[0] = number;
      place(heap, offsets);
    },
    stretch(i, begin, end, gradient = null) {
      selectedPlan[0] = number;
      stretch(i, begin, end, gradient);
    },
    norms(array) {
      selectedPlan[0] = number;
      norms(array);
    },
    truncate(count) {
      selectedPlan[0] = number;
      truncate(count);
    },
    run() {
      selectedPlan[0] = number;
      return faultOf(run());
    },
    async runAsync(held) {
      selectedPlan[0] = number;
      return faultOf(await runAsync(held));
    },
    get isIdle() {
      try {
        // The addon refuses all that is asked of a plan that is being run.
        selectedPlan[0] = number;
        truncate(MOST_ENTRIES);
        return true;
      } catch {
        return false;
      }
    },
  };
}
