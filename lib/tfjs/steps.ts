import type { Tensor } from '@tensorflow/tfjs-core';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { ApplyOptions } from '../optimizers/optimizer-options.js';
import { stepperOf } from '../optimizers/optimizer-state.js';
import { GradientList, type Item } from './gradient-list.js';
import { type HeapItem, HeapSteps } from './heap-steps.js';
import type { Masters } from './masters.js';
import type { Tfjs } from './namespace.js';
import type { Weights } from './weights.js';

type Pair = [gradient: unknown, variable: unknown];

/** Takes the steps of an optimizer of TensorFlow.js, by gradients that are read where they lie. */
export class Steps {
  readonly #core: Optimizer;
  readonly #masters: Masters;
  readonly #weights: Weights;
  readonly #list: GradientList;
  readonly #onHeap: HeapSteps;

  constructor(tf: Tfjs, core: Optimizer, masters: Masters, weights: Weights) {
    this.#core = core;
    this.#masters = masters;
    this.#weights = weights;
    this.#list = new GradientList(tf, masters);
    this.#onHeap = new HeapSteps(core, masters);
  }

  /** @returns the number of steps taken so far */
  apply(gradients: unknown, options?: ApplyOptions): number {
    const items = this.#list.read(gradients);
    this.#weights.bind(items);
    const { heap } = this.#masters.storage();
    if (heap !== undefined && options === undefined && this.#isForHeap(items)) return this.#onHeap.step(heap, items);
    return this.#core.applyGradients(this.#pairs(items) as never, options);
  }

  /** Whether each item is a variable with a tensor. The core knows the rules for all else, and who takes part. */
  #isForHeap(items: readonly Item[]): items is readonly (Item & HeapItem)[] {
    if (items.length === 0 || stepperOf(this.#core).hooks !== null) return false;
    const distinct = new Set<unknown>();
    for (const { gradient, master } of items) {
      if (master === null || !master.target.trainable || !this.#list.isTensor(gradient)) return false;
      if (master.residence !== null) return false;
      distinct.add(master);
    }
    return distinct.size === items.length;
  }

  /** What the core steps by: the elements of tensors, and masters. */
  #pairs(items: readonly Item[]): Pair[] {
    const pairs = items.map(({ gradient, master, target }): Pair => {
      return [gradient, master === null ? target : this.#masters.refresh(master)];
    });
    const places = pairs.filter(([gradient]) => this.#list.isTensor(gradient));
    const elements = this.#masters.storage().read(places.map(([gradient]) => gradient as Tensor));
    places.forEach((pair, i) => {
      pair[0] = elements[i];
    });
    return pairs;
  }
}
