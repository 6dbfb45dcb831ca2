/**
 * Built-ins as they were when this module was loaded. Whoever replaces one later runs code of their own wherever it is
 * looked up, and could take memory away between the check of a step and its end.
 */

// biome-ignore lint/suspicious/noExplicitAny: the methods of a prototype have all kinds of types
export const uncurried = (method: any) => Function.prototype.call.bind(method) as any;

const { defineProperty, freeze } = Object;

/**
 * What `append` defines. It inherits nothing, since `Object.prototype` may have been given a `get`, and there is one
 * for all, since code of nobody else runs while it is in use.
 */
const ITEM = { __proto__: null, value: undefined, writable: true, enumerable: true, configurable: true } as {
  value: unknown;
};

/** Puts `value` behind the elements of `list`, whatever prototypes make of `push` or of setting an element. */
export function append<T>(list: T[], value: T): void {
  ITEM.value = value;
  defineProperty(list, list.length, ITEM);
  ITEM.value = undefined;
}

/** `Object.freeze`. */
export const frozen = freeze as <T>(value: T) => Readonly<T>;
