import type { OptimizerState } from '../optimizers/optimizer-state.js';
import { surroundings } from '../optimizers/surroundings.js';

/** Takes in an optimizer that is made within a strategy. */
export const ENTER: unique symbol = Symbol('enter');

/** What optimizers are made within. */
export interface Surrounding {
  [ENTER](optimizer: OptimizerState): void;
}

/** What is used of Node's `AsyncLocalStorage`; null until there is a strategy. */
interface Storage {
  getStore(): Surrounding | undefined;
  run<T>(strategy: Surrounding, body: () => T): T;
}

let storage: Storage | null = null;

/** The innermost strategy whose scope this code runs in, or was begun in. */
export function surrounding(): Surrounding | undefined {
  return storage?.getStore();
}

/** Runs a body within a strategy: optimizers that are made in it, or in what it awaits, belong to that. */
export function within<T>(strategy: Surrounding, body: () => T): T {
  // A program without a strategy never comes here, and its optimizers ask nobody.
  surroundings.enter ??= (optimizer) => surrounding()?.[ENTER](optimizer);
  if (storage === null) {
    const { AsyncLocalStorage } = process.getBuiltinModule('node:async_hooks');
    storage = new AsyncLocalStorage<Surrounding>();
  }
  return storage.run(strategy, body);
}
