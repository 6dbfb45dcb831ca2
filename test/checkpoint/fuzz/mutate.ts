/** Spoils a file of a saved state, in one to four places. */
import type { Draw } from '../../fuzz/random.js';
import { fileOf, type Parts, partsOf, sealed } from '../files.js';

const NUMBERS = [
  '0',
  '1',
  '-1',
  '4',
  '8',
  '64',
  '4294967296',
  '9007199254740991',
  '9007199254740992',
  '1e300',
  '1.5',
  'null',
  '""',
  '[]',
];
const WORDS = [
  'F32',
  'F16',
  'BF16',
  'I64',
  'I32',
  'U32',
  'F64',
  'BOOL',
  '__metadata__',
  '__proto__',
  'iterations',
  'dtype',
  'shape',
  '\\u0061',
];

/** @returns a spoilt copy, and by what */
export function mutated(bytes: Uint8Array, donor: Uint8Array, draw: Draw): { kind: string; bytes: Uint8Array } {
  const kind = draw.pick(Object.keys(MUTATIONS));
  let copy: Uint8Array = bytes.slice();
  for (let times = 1 + draw.below(draw.chance(0.7) ? 1 : 4); times > 0; times--) {
    copy = MUTATIONS[kind](copy, donor, draw);
  }
  return { kind, bytes: copy };
}

const MUTATIONS: Readonly<Record<string, (bytes: Uint8Array, donor: Uint8Array, draw: Draw) => Uint8Array>> = {
  bit(bytes, _, draw) {
    if (bytes.length > 0) bytes[draw.below(bytes.length)] ^= 1 << draw.below(8);
    return bytes;
  },
  byte(bytes, _, draw) {
    if (bytes.length > 0) bytes[draw.below(bytes.length)] = draw.below(256);
    return bytes;
  },
  truncation(bytes, _, draw) {
    return bytes.slice(0, draw.below(bytes.length + 1));
  },
  splice(bytes, donor, draw) {
    const begin = draw.below(bytes.length + 1);
    const from = draw.below(donor.length);
    const part = donor.subarray(from, from + draw.below(200));
    const rest = bytes.subarray(draw.chance(0.5) ? begin + part.length : begin + draw.below(200));
    return Uint8Array.from(Buffer.concat([bytes.subarray(0, begin), part, rest]));
  },
  'number in the header': (bytes, _, draw) => inHeader(bytes, (text) => replaced(text, /\d+/g, NUMBERS, draw)),
  'word in the header': (bytes, _, draw) => inHeader(bytes, (text) => replaced(text, /\w+/g, WORDS, draw)),
  'number under a right digest': (bytes, _, draw) => resealed(bytes, (text) => replaced(text, /\d+/g, NUMBERS, draw)),
  'word under a right digest': (bytes, _, draw) => resealed(bytes, (text) => replaced(text, /\w+/g, WORDS, draw)),
  'data under a right digest'(bytes, _, draw) {
    return again(bytes, (parts) => {
      if (parts.data.length > 0) parts.data[draw.below(parts.data.length)] = draw.below(256);
      return parts;
    });
  },
  'a tensor less under a right digest'(bytes, _, draw) {
    return again(bytes, (parts) => {
      const tensors = { ...parts.tensors };
      delete tensors[draw.pick(Object.keys(tensors))];
      return { ...parts, tensors };
    });
  },
  'metadata of another file'(bytes, donor) {
    return again(bytes, (parts) => ({ ...parts, metadata: partsOf(donor).metadata }));
  },
};

function replaced(text: string, what: RegExp, by: readonly string[], draw: Draw): string {
  const places = [...text.matchAll(what)];
  if (places.length === 0) return text;
  const { index, 0: old } = draw.pick(places);
  const nearby = /^\d+$/.test(old) && draw.chance(0.3) ? `${Number(old) + draw.below(9) - 4}` : draw.pick(by);
  return text.slice(0, index) + nearby + text.slice(index + old.length);
}

function inHeader(bytes: Uint8Array, change: (text: string) => string): Uint8Array {
  const parts = safely(bytes);
  return parts === undefined ? bytes : fileOf(change(parts.text), parts.data);
}

/** Changes the header, and computes the digest again where there is still something to compute it from. */
function resealed(bytes: Uint8Array, change: (text: string) => string): Uint8Array {
  const file = inHeader(bytes, change);
  return again(file, (parts) => parts);
}

function again(bytes: Uint8Array, change: (parts: Parts) => Parts): Uint8Array {
  try {
    return sealed(change(partsOf(bytes)));
  } catch {
    return bytes;
  }
}

function safely(bytes: Uint8Array): Parts | undefined {
  try {
    return partsOf(bytes);
  } catch {
    return undefined;
  }
}
