import { types } from '../memory/node-util.js';

/** Sees to it that a promise which nobody waits for any more cannot end the process. Anything else is passed over. */
export function abandon(value: unknown): void {
  if (types.isPromise(value)) value.then(undefined, () => {});
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
