/**
 * Everything that a program may replace, and that code of this package might look up: by name, and how to replace it.
 */
import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { inspect, types } from 'node:util';
import * as adamax from 'adamax';

const { defineProperty, getOwnPropertyDescriptor, getPrototypeOf } = Object;
const { apply, construct, deleteProperty, ownKeys } = Reflect;
const ProxyClass = Proxy;

/** A property that can be replaced by one that calls `tick` when it is used, and does what it did before. */
export interface Property {
  readonly title: string;
  replace(tick: () => void): void;
  restore(): void;
}

/** A descriptor that inherits nothing, since that may be what was replaced. */
function bare(descriptor: PropertyDescriptor): PropertyDescriptor {
  return { __proto__: null, ...descriptor } as PropertyDescriptor;
}

/** What setting a property does where no prototype has one. */
function own(object: object, key: PropertyKey, value: unknown): void {
  defineProperty(object, key, bare({ value, writable: true, enumerable: true, configurable: true }));
}

/** Objects by name whose own properties are replaced one by one. */
function owners(): [string, object][] {
  const found = new Map<object, string>();
  const add = (name: string, object: unknown) => {
    const isObject = (typeof object === 'object' && object !== null) || typeof object === 'function';
    if (isObject && !found.has(object)) found.set(object, name);
  };
  add('globalThis', globalThis);
  const iterated: [string, Iterable<unknown>][] = [
    ['Array', []],
    ['Map', new Map()],
    ['Set', new Set()],
    ['String', ''],
    ['generator', (function* () {})()],
  ];
  for (const [name, list] of iterated) {
    const iterator = list[Symbol.iterator]();
    for (let p = getPrototypeOf(iterator), depth = 0; p !== Object.prototype && p !== null; p = getPrototypeOf(p)) {
      add(`%${name}Iterator%${'.proto'.repeat(depth++)}`, p);
    }
  }
  add('%TypedArray%', getPrototypeOf(Float32Array));
  add('%TypedArray%.prototype', getPrototypeOf(Float32Array.prototype));
  const sources: [string, Record<PropertyKey, unknown>][] = [
    ['', globalThis as never],
    ['adamax.', adamax as never],
  ];
  for (const [prefix, source] of sources) {
    for (const name of ownKeys(source).filter((key): key is string => typeof key === 'string')) {
      const value = getOwnPropertyDescriptor(source, name)?.value;
      if (typeof value !== 'function') continue;
      add(`${prefix}${name}`, value);
      if (typeof value.prototype === 'object') add(`${prefix}${name}.prototype`, value.prototype);
    }
  }
  for (const name of ['Math', 'Reflect', 'JSON', 'Atomics', 'WebAssembly'] as const) add(name, globalThis[name]);
  for (const [name, object] of Object.entries({ process, 'util.types': types, Buffer })) {
    add(name, object);
  }
  add('inspect', inspect);
  return [...found].map(([object, name]) => [name, object]);
}

/** Properties of built-ins, of Node's objects and of the package's own classes. */
function existing(): Property[] {
  return owners().flatMap(([name, owner]) =>
    ownKeys(owner).flatMap((key) => ofExisting(`${name}.${String(key)}`, owner, key)),
  );
}

function ofExisting(title: string, owner: object, key: PropertyKey): Property[] {
  const before = bare(getOwnPropertyDescriptor(owner, key) as PropertyDescriptor);
  const { value, get, set } = before;
  if (!before.configurable || title === 'globalThis.globalThis') return [];
  const restore = () => {
    defineProperty(owner, key, before);
  };
  if (typeof value === 'function') {
    const replace = (tick: () => void) => defineProperty(owner, key, bare({ ...before, value: spied(value, tick) }));
    return [{ title, replace, restore }];
  }
  const replace = (tick: () => void) => {
    const spy: PropertyDescriptor = {
      configurable: true,
      enumerable: before.enumerable === true,
      get() {
        tick();
        return get === undefined ? value : apply(get, this, []);
      },
      set(next) {
        tick();
        if (set !== undefined) apply(set, this, [next]);
        else own(this, key, next);
      },
    };
    defineProperty(owner, key, bare(spy));
  };
  return [{ title, replace, restore }];
}

/** The same function, to be called and constructed alike. */
// biome-ignore lint/suspicious/noExplicitAny: it stands for any function
function spied(original: any, tick: () => void): unknown {
  return new ProxyClass(original, {
    apply(target, self, args) {
      tick();
      return apply(target, self, args);
    },
    construct(target, args, newTarget) {
      tick();
      return construct(target, args, newTarget);
    },
  });
}

/** Properties that the prototypes do not have, so that whoever asks an object that lacks one finds code there. */
function absent(): Property[] {
  const text = readFileSync(new URL('../../../dist/adamax.js', import.meta.url), 'utf8');
  const names = new Set<PropertyKey>(text.match(/(?<![\w$#'"])[a-z_$][\w$]*/gi));
  for (let index = 0; index < 5; index++) names.add(String(index));
  for (const key of ownKeys(Symbol)) {
    const symbol = (Symbol as never as Record<PropertyKey, unknown>)[key];
    if (typeof symbol === 'symbol') names.add(symbol);
  }
  const prototypes: [string, object][] = [
    ['Object.prototype', Object.prototype],
    ['Array.prototype', Array.prototype],
  ];
  return prototypes.flatMap(([title, owner]) => {
    return [...names].filter((key) => !(key in owner)).map((key) => ofAbsent(`${title}.${String(key)}`, owner, key));
  });
}

function ofAbsent(title: string, owner: object, key: PropertyKey): Property {
  const replace = (tick: () => void) => {
    const spy: PropertyDescriptor = {
      configurable: true,
      get() {
        tick();
        return undefined;
      },
      set(value) {
        tick();
        own(this, key, value);
      },
    };
    defineProperty(owner, key, bare(spy));
  };
  return { title, replace, restore: () => deleteProperty(owner, key) };
}

/** `instanceof` of each class asks the class first. */
function instanceOf(): Property[] {
  const ordinary = Function.prototype[Symbol.hasInstance];
  const classes = Object.entries({ ...adamax, Promise, Array, Object, Float32Array, ArrayBuffer, Map, Set, Error });
  return classes.flatMap(([name, value]): Property[] => {
    if (typeof value !== 'function') return [];
    const replace = (tick: () => void) => {
      const spy = function (this: unknown, object: unknown) {
        tick();
        return apply(ordinary, this, [object]);
      };
      defineProperty(value, Symbol.hasInstance, bare({ configurable: true, value: spy }));
    };
    return [
      { title: `${name}[Symbol.hasInstance]`, replace, restore: () => deleteProperty(value, Symbol.hasInstance) },
    ];
  });
}

export const properties: readonly Property[] = [...existing(), ...absent(), ...instanceOf()];
