import type { Tensor, Variable as TfVariable } from '@tensorflow/tfjs-core';
import type { Optimizer } from '../optimizers/optimizer.js';
import { statesOf, stepperOf } from '../optimizers/optimizer-state.js';
import type { Variable } from '../variables/variable.js';
import type { Master, Masters } from './masters.js';
import type { Heap } from './storage/index.js';

/** A variable that is to be stepped by a tensor. */
export interface HeapItem {
  readonly gradient: Tensor;
  readonly master: Master;
}

/**
 * Steps variables from where they lie in the heap of a backend to fresh memory beside it: one call that is told three
 * offsets of each. No view is made and nothing is copied; masters fall behind, and catch up when somebody asks for them.
 */
export class HeapSteps {
  readonly #core: Optimizer;
  readonly #masters: Masters;
  #targets: readonly TfVariable[] = [];
  /** The same list as long as the same variables come. */
  #variables: readonly Variable[] = [];
  #offsets = new Float64Array(0);

  constructor(core: Optimizer, masters: Masters) {
    this.#core = core;
    this.#masters = masters;
  }

  /** @returns the number of steps taken so far */
  step(heap: Heap, items: readonly HeapItem[]): number {
    this.#list(items);
    const { counter } = statesOf(this.#core);
    const before = counter.get();
    const fresh: number[] = [];
    let isTaken = false;
    try {
      const offsets = this.#place(heap, items, fresh);
      stepperOf(this.#core).stepOnHeap('applyGradients', this.#variables, heap.all(), offsets);
      isTaken = counter.get() > before;
    } finally {
      if (!isTaken) for (const place of fresh) heap.free(place);
    }
    if (isTaken) this.#give(heap, items, fresh);
    return counter.get();
  }

  /** Lets go of the variables of the last step. */
  clear(): void {
    this.#list([]);
  }

  #list(items: readonly HeapItem[]): void {
    const isSame =
      items.length === this.#targets.length && items.every(({ master }, i) => master.target === this.#targets[i]);
    if (isSame) return;
    this.#targets = items.map(({ master }) => master.target);
    this.#variables = items.map(({ master }) => master.variable);
    this.#offsets = new Float64Array(3 * items.length);
  }

  /** @param fresh - receives the memory that was allocated, whatever fails */
  #place(heap: Heap, items: readonly HeapItem[], fresh: number[]): Float64Array {
    const offsets = this.#offsets;
    for (let i = 0; i < items.length; i++) {
      const { gradient, master } = items[i];
      offsets[3 * i] = heap.placeOf(master.target);
      offsets[3 * i + 2] = heap.placeOf(gradient);
      const place = heap.allocate(gradient.size);
      fresh.push(place);
      offsets[3 * i + 1] = place;
    }
    return offsets;
  }

  #give(heap: Heap, items: readonly HeapItem[], fresh: readonly number[]): void {
    for (let i = 0; i < items.length; i++) {
      const { master } = items[i];
      heap.give(master.target, fresh[i]);
      this.#masters.outrun(master);
    }
  }
}
