import type { Tensor } from '@tensorflow/tfjs-core';
import { describe, typeError } from '../arguments/errors.js';
import type { GradientEngine } from '../optimizers/engine.js';
import type { Loss, VarList } from '../optimizers/loss.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { ApplyOptions, MinimizeOptions } from '../optimizers/optimizer-options.js';
import { stepperOf } from '../optimizers/optimizer-state.js';
import type { Variable } from '../variables/variable.js';
import { Gone } from './gone.js';
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
  readonly #gone: Gone;
  readonly #engine: GradientEngine | null;

  constructor(tf: Tfjs, core: Optimizer, masters: Masters, weights: Weights) {
    this.#core = core;
    this.#masters = masters;
    this.#weights = weights;
    this.#list = new GradientList(tf, masters);
    this.#onHeap = new HeapSteps(core, masters);
    this.#gone = new Gone(core, masters);
    this.#engine = core.engine;
  }

  /** @returns the number of steps taken so far */
  apply(gradients: unknown, options?: ApplyOptions): number {
    // Another engine would not copy masters to where TensorFlow.js reads.
    if (this.#core.engine !== this.#engine) throw otherEngine(this.#core.engine);
    const items = this.#list.read(gradients);
    if (this.#weights.isWaiting) this.#weights.bind(stepped(items));
    const { heap } = this.#masters.storage();
    const isOnHeap = heap !== undefined && options === undefined && this.#isForHeap(items);
    const count = isOnHeap
      ? this.#onHeap.step(heap, items)
      : this.#core.applyGradients(this.#pairs(items) as never, options);
    this.#gone.release();
    return count;
  }

  /** Takes the step of `minimize` in Keras' order, which the core does by itself. @returns as `apply` */
  minimize(loss: Loss, varList: VarList, options?: MinimizeOptions): number {
    const count = this.#core.minimize(loss, varList, options);
    this.#gone.release();
    return count;
  }

  /** Lets go of the variables of the last step. */
  clear(): void {
    this.#list.clear();
    this.#onHeap.clear();
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

function stepped(items: readonly Item[]): Variable[] {
  return items.flatMap(({ gradient, master }) => {
    return gradient !== null && gradient !== undefined && master !== null ? [master.variable] : [];
  });
}

function otherEngine(engine: GradientEngine | null): TypeError {
  const expected = 'engine of core must stay what it was made with, which is TensorFlow.js';
  return typeError('ERR_ADAMAX_STATE', `${expected}: received ${describe(engine)}`);
}
