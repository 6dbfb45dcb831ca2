/**
 * Classes of this package, told from those of another copy of it: of another version, or loaded a second time. An
 * object of another copy is none of ours, and a message that calls it by the name of its class alone would only
 * confuse.
 */
import { types } from '../memory/node-util.js';

export const { isProxy } = types;

/** All copies share the symbol. */
const MARK = Symbol.for('adamax.class');

/** What messages say of an object of ours, by the prototype of its class; null for what they say of any object. */
const ours = new WeakMap<object, ((value: object) => string) | null>();

/**
 * Says that a class is ours.
 * @param name - what messages call one of another copy
 * @param text - what they say of one of ours, which must run no code of anybody's
 */
export function mark(
  Class: { readonly prototype: object },
  name: string,
  text: ((value: object) => string) | null = null,
): void {
  Object.defineProperty(Class.prototype, MARK, { value: name });
  ours.set(Class.prototype, text);
}

/** What a message says of an object of a marked class, ours or of another copy; undefined for any other. */
export function markedText(value: object): string | undefined {
  for (let of: object | null = value; of !== null && !isProxy(of); of = Object.getPrototypeOf(of) as object | null) {
    const name = ownValue(of, MARK);
    if (typeof name !== 'string') continue;
    return ours.has(of) ? ours.get(of)?.(value) : `${name} of another copy of this package`;
  }
  return undefined;
}

/** The value of an own property that is no getter. */
export function ownValue(value: object, key: string | symbol): unknown {
  return Object.getOwnPropertyDescriptor(value, key)?.value;
}
