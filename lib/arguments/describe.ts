/** What messages say of a value. Nothing of the value's own runs: no getter, no method, no trap of a proxy. */
import { inspect, types } from '../memory/node-util.js';
import { kindOf, lengthOf, sizeOfDataView, sizeOfMap, sizeOfSet } from '../memory/typed-arrays.js';
import { isProxy, markedText, ownValue } from './copies.js';

/** Most items or keys that are shown, and most characters of all. */
const MOST = 4;
const LONGEST = 120;

const { toString: source } = Function.prototype;

/** One short line for any value. */
export function describe(value: unknown): string {
  return textOf(value, true).replace(/\s+/g, ' ').slice(0, LONGEST);
}

/** @param open - whether to show what an object holds */
function textOf(value: unknown, open: boolean): string {
  if (typeof value === 'function') return isProxy(value) ? 'a Proxy' : functionText(value);
  if (typeof value !== 'object' || value === null) return inspect(value, { maxStringLength: 60 });
  if (isProxy(value)) return 'a Proxy';
  const marked = markedText(value);
  if (marked !== undefined) return marked;
  const kind = kindOf(value);
  if (kind !== undefined) return `${kind}(${lengthOf(value as ArrayBufferView)})`;
  if (types.isDataView(value)) return `DataView(${sizeOfDataView(value)})`;
  if (types.isMap(value)) return `Map(${sizeOfMap(value)})`;
  if (types.isSet(value)) return `Set(${sizeOfSet(value)})`;
  if (types.isPromise(value)) return 'a promise';
  if (types.isNativeError(value)) return `${classOf(value)}: ${textOf(ownValue(value, 'message'), false)}`;
  if (Array.isArray(value)) return open ? arrayText(value) : '[Array]';
  return open ? objectText(value) : `[${classOf(value)}]`;
}

function functionText(value: object): string {
  const name = ownValue(value, 'name');
  const known = typeof name === 'string' && name !== '' ? name : '(anonymous)';
  return isClass(value) ? `[class ${known}]` : `[Function: ${known}]`;
}

/** Whether only `new` calls a function. A method's source may begin with that word as well, but it has no prototype. */
export function isClass(value: object): boolean {
  if (typeof value !== 'function' || isProxy(value)) return false;
  return Object.hasOwn(value, 'prototype') && source.call(value).startsWith('class');
}

function arrayText(list: readonly unknown[]): string {
  const items: string[] = [];
  for (let i = 0; i < list.length && i < MOST; i++) items.push(propertyText(list, String(i)));
  if (list.length > MOST) items.push(`... ${list.length - MOST} more items`);
  return items.length === 0 ? '[]' : `[ ${items.join(', ')} ]`;
}

function objectText(value: object): string {
  const keys = Object.keys(value);
  const parts = keys.slice(0, MOST).map((key) => {
    return `${/^[A-Za-z_$][\w$]*$/.test(key) ? key : inspect(key)}: ${propertyText(value, key)}`;
  });
  if (keys.length > MOST) parts.push('...');
  const name = classOf(value);
  const prefix = name === 'Object' ? '' : `${name} `;
  return parts.length === 0 ? `${prefix}{}` : `${prefix}{ ${parts.join(', ')} }`;
}

function propertyText(value: object, key: string): string {
  const property = Object.getOwnPropertyDescriptor(value, key);
  if (property === undefined) return '<empty>';
  return 'value' in property ? textOf(property.value, false) : '[Getter]';
}

/** The name of the class of an object, as far as that can be told without asking anybody. */
export function classOf(value: object): string {
  for (let of: unknown = value; typeof of === 'object' && of !== null; of = Object.getPrototypeOf(of)) {
    if (isProxy(of)) return 'Object';
    const Class = ownValue(of, 'constructor');
    if (typeof Class !== 'function' || isProxy(Class)) continue;
    const name = ownValue(Class, 'name');
    if (typeof name === 'string' && name !== '') return name;
  }
  return 'Object';
}
