/**
 * What may be done to the properties of an object of this package: each accessor says so itself, and others are
 * refused.
 */
import { describe, typeError, wrongType } from './errors.js';

interface Class {
  readonly prototype: object;
}

const { getPrototypeOf, getOwnPropertyDescriptors, getOwnPropertyNames, defineProperty } = Object;

/** Setters that only refuse. */
const refusals = new WeakSet<object>();

/** Prototypes of classes whose objects take no new property, and what those classes are called. */
const closed = new WeakMap<object, string>();

/**
 * Gives each accessor of a class that has no setter one which says why: an assignment in a sloppy script would be
 * passed over in silence.
 * @param ways - what to do instead, by property, as it stands behind `<property> must …`
 */
export function refuseWrites(Class: Class, ways: Readonly<Record<string, string>> = {}): void {
  for (const [name, descriptor] of Object.entries(getOwnPropertyDescriptors(Class.prototype))) {
    if (descriptor.get === undefined || descriptor.set !== undefined) continue;
    const way = ways[name] ?? 'be given to the constructor';
    const set = (value: unknown): void => {
      throw typeError('ERR_ADAMAX_OPTION', `${name} must ${way}: received ${describe(value)}`);
    };
    refusals.add(set);
    defineProperty(Class.prototype, name, { ...descriptor, set });
  }
}

/** Whether a property of an object is one that can only be read, and says so. */
export function refusesWrites(object: object, name: string): boolean {
  for (let at: object | null = object; at !== null; at = getPrototypeOf(at)) {
    const descriptor = Object.getOwnPropertyDescriptor(at, name);
    if (descriptor !== undefined) return descriptor.set !== undefined && refusals.has(descriptor.set);
  }
  return false;
}

/**
 * Gives an abstract class, in place of each method that its subclasses are to bring, one which says so: JavaScript
 * knows nothing of `abstract`, and the call would fail in an error without a code.
 */
export function demandMethods(Class: Class, names: readonly string[]): void {
  for (const name of names) {
    const value = function (this: object): never {
      throw wrongType(`${name} of ${this.constructor.name}`, 'a function', undefined);
    };
    defineProperty(Class.prototype, name, { value, configurable: true, writable: true });
  }
}

/**
 * Makes accessors of a class each object's own, by the function that is returned: no subclass and no later property
 * then says anything else, and whatever copies an object property by property finds them.
 */
export function ownAccessors(Class: Class, names: readonly string[]): (object: object) => void {
  const accessors = getOwnPropertyDescriptors(Class.prototype) as PropertyDescriptorMap;
  // They inherit nothing: `Object.prototype` may have been given a `value`.
  const own = names.map((name): PropertyDescriptor => {
    return Object.assign(Object.create(null), accessors[name], { enumerable: true, configurable: false });
  });
  return (object) => {
    // One by one: `defineProperties` takes twice as long.
    for (let i = 0; i < names.length; i++) defineProperty(object, names[i], own[i]);
  };
}

/**
 * Puts a guard behind the prototype of a base class, where only what an object and its classes do not have arrives:
 *
 * - A member in another spelling is refused, read or written: `learning_rate` for `learningRate`. A name with an
 *   underscore in front is a class's own affair.
 * - A new property is refused where the class is closed. Objects of other classes, which users derive, may get any.
 */
export function guardMembers(Class: Class): void {
  const guard: object = new Proxy(Object.freeze({}), {
    get(target, key, receiver) {
      if (typeof key === 'string' && !(key in target)) refuseSpelling(receiver, key, guard);
      return Reflect.get(target, key, receiver);
    },
    set(target, key, value, receiver) {
      if (typeof key === 'string' && !(key in target)) {
        refuseSpelling(receiver, key, guard);
        const className = closed.get(getPrototypeOf(receiver));
        if (className !== undefined) throw unknownMember(className, receiver, key, guard);
      }
      return Reflect.set(target, key, value, receiver);
    },
  });
  Object.setPrototypeOf(Class.prototype, guard);
}

/**
 * Refuses new properties of the objects of a class, but not of its subclasses.
 * @param name - for messages: a bundler may have renamed the class
 */
export function closeMembers(name: string, Class: Class): void {
  closed.set(Class.prototype, name);
}

function refuseSpelling(object: object, name: string, end: object): void {
  if (name.startsWith('_')) return;
  const plain = plainly(name);
  const right = prototypesOf(object, end)
    .flatMap(getOwnPropertyNames)
    .find((member) => plainly(member) === plain);
  if (right !== undefined)
    throw typeError('ERR_ADAMAX_OPTION', `${right} must be spelled like this: received ${describe(name)}`);
}

function unknownMember(className: string, object: object, name: string, end: object): TypeError {
  const settable = prototypesOf(object, end).flatMap((prototype) => {
    const accessors = Object.entries(getOwnPropertyDescriptors(prototype));
    return accessors.flatMap(([member, { set }]) => (set === undefined || refusals.has(set) ? [] : [member]));
  });
  const list = settable.length > 0 ? `only be told ${settable.join(', ')}` : 'be told nothing';
  return typeError('ERR_ADAMAX_OPTION', `${className} must ${list}: received ${describe(name)}`);
}

/** Prototypes of an object, the nearest first, up to one that does not count any more. */
function prototypesOf(object: object, end: object): object[] {
  const prototypes: object[] = [];
  for (let at = getPrototypeOf(object); at !== null && at !== end; at = getPrototypeOf(at)) prototypes.push(at);
  return prototypes;
}

const plainly = (name: string) => name.replaceAll('_', '').toLowerCase();
