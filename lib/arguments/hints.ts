/** What to do about the usual mistakes: a few words that a message adds to what it expects. */
import { types } from '../memory/node-util.js';
import { kindOf } from '../memory/typed-arrays.js';
import { isProxy, markedText } from './copies.js';
import { classOf } from './describe.js';

/** How a Float32Array is made of what holds numbers in another form; nothing where that is not known. */
export function floatsHint(value: unknown): string {
  if (types.isPromise(value)) return ' (await the promise first)';
  if (types.isAnyArrayBuffer(value) || types.isUint8Array(value) || types.isDataView(value)) {
    return ' (new Float32Array(buffer, byteOffset, length) is a view on bytes)';
  }
  if (kindOf(value) !== undefined) return ' (Float32Array.from makes one, which is a copy)';
  if (Array.isArray(value)) return ' (Float32Array.from(list.flat(Infinity)) makes one, which is a copy)';
  if (typeof value !== 'object' || value === null) return '';
  return /^(Tensor|Variable)$/.test(classOf(value)) ? ' (tensor.data() or dataSync() gives one)' : '';
}

/**
 * How Variables are had of what TensorFlow.js trains: a variable, one of a layer, a layer or a model. They are known by what
 * they have, since this room knows no TensorFlow.js.
 */
export function variablesHint(value: unknown): string {
  if (typeof value !== 'object' || value === null || isProxy(value) || markedText(value) !== undefined) return '';
  const isLayers = 'trainableWeights' in value || ('originalName' in value && 'read' in value && 'write' in value);
  const isVariable = 'dataSync' in value && 'assign' in value;
  return isLayers || isVariable ? ' (variablesOf of adamax/tfjs gives Variables for those of TensorFlow.js)' : '';
}

/** About slices that are too long for rows of one element, as those of a bare array are. */
export function rowsHint(shape: readonly number[]): string {
  return shape.length < 2
    ? ' (a bare array has rows of 1; new Variable(data, { shape: [rows, width] }) has longer ones)'
    : '';
}

/** About a path as those functions of Node.js take it, too, that are given URLs. */
export function pathHint(value: unknown): string {
  const isUrl = typeof value === 'object' && value !== null && !isProxy(value) && classOf(value) === 'URL';
  return isUrl ? ' (fileURLToPath of node:url makes one of a file: URL)' : '';
}

/** About an object or a list that is still the text of a file. */
export function textHint(value: unknown): string {
  return typeof value === 'string' && /^\s*[[{]/.test(value) ? ' (JSON.parse makes one of a text)' : '';
}
