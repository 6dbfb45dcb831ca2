/**
 * Reads the header of a safetensors file that anybody may have written. `JSON.parse` would take the last of two tensors
 * of one name in silence, so the few forms that a header has are read here, each strictly.
 */
import { describe, rangeError } from '../../arguments/errors.js';
import { MOST_DIMENSIONS } from '../../variables/shape.js';
import { damaged } from './damage.js';
import { type FileDtype, isFileDtype, WIDTHS } from './dtype.js';
import { type FileTensor, type Header, LONGEST, type Metadata, PREFIX } from './header.js';

/**
 * The length of the header that the first bytes of a file tell.
 * @param size - bytes of the file
 * @throws RangeError `ERR_ADAMAX_CHECKPOINT`
 */
export function headerLength(file: string, prefix: Uint8Array, size: number): number {
  if (prefix.length < PREFIX)
    throw damaged(file, 'a header must be there, as files of safetensors have it: length', prefix.length);
  const length = new DataView(prefix.buffer, prefix.byteOffset, PREFIX).getBigUint64(0, true);
  if (length > BigInt(LONGEST)) throw otherFormat(file, prefix);
  const most = size - PREFIX;
  if (length > BigInt(most)) throw damaged(file, `length of the header must be at most ${most}, as`, length);
  return Number(length);
}

/** How files of Keras begin: a `.keras` is a ZIP, an `.h5` is HDF5. */
const KERAS = ['PK\x03\x04', '\x89HDF'];

/** The error for a file that is none of safetensors, as is nearly every file of another format by its first bytes. */
function otherFormat(file: string, prefix: Uint8Array): RangeError {
  const beginning = String.fromCharCode(...prefix.subarray(0, PREFIX));
  const isKeras = KERAS.some((one) => beginning.startsWith(one));
  const hint = isKeras ? ' (importKeras of adamax/import reads those of Keras)' : '';
  const message = `${file} must be a file of safetensors${hint}: received one that begins with ${describe(beginning)}`;
  return rangeError('ERR_ADAMAX_CHECKPOINT', message);
}

/**
 * @param json - the bytes of the header, without the length in front
 * @param size - bytes of the file
 * @throws RangeError `ERR_ADAMAX_CHECKPOINT` unless it is a header by which every byte of the file belongs to one
 *   tensor
 */
export function parseHeader(file: string, json: Uint8Array, size: number): Header {
  const length = PREFIX + json.length;
  const { metadata, tensors } = new Reader(file, textOf(file, json)).header();
  tensors.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let expected = 0;
  for (const { key, begin, end } of tensors) {
    if (begin !== expected)
      throw damaged(file, `data_offsets of ${describe(key)} must begin at ${expected}, as`, begin);
    expected = end;
  }
  if (length + expected !== size) throw damaged(file, `the file must have ${length + expected} bytes, as`, size);
  return { length, metadata, tensors };
}

function textOf(file: string, json: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(json);
  } catch {
    throw damaged(file, 'the header must be UTF-8, as', 'other bytes');
  }
}

/** Names that are compared one by one. */
const FEW = 8;
/** What stands for something else in a string of JSON, or may not be there. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what may not be there
const NOT_PLAIN = /[\\\0-\x1f]/;

/** A cursor in the text of a header. */
class Reader {
  readonly #file: string;
  readonly #text: string;
  #at = 0;

  constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
  }

  header(): { metadata: Metadata; tensors: FileTensor[] } {
    const tensors: FileTensor[] = [];
    let metadata: Metadata = {};
    this.#object((key) => {
      if (key === '__metadata__') metadata = this.#metadata();
      else tensors.push(this.#tensor(key));
    });
    this.#space();
    if (this.#at < this.#text.length) throw this.#unexpected('the end of the header');
    return { metadata, tensors };
  }

  #metadata(): Metadata {
    // No name is special where there is no prototype.
    const metadata: Record<string, string> = Object.create(null);
    this.#object((key) => {
      metadata[key] = this.#string();
    });
    return metadata;
  }

  #tensor(key: string): FileTensor {
    let dtype: string | undefined;
    let shape: number[] | undefined;
    let offsets: number[] | undefined;
    this.#object((field) => {
      if (field === 'dtype') dtype = this.#string();
      else if (field === 'shape') shape = this.#integers(MOST_DIMENSIONS);
      else if (field === 'data_offsets') offsets = this.#integers(2);
      else
        throw damaged(this.#file, `${describe(key)} must only have dtype, shape and data_offsets in the header`, field);
    });
    if (dtype === undefined || !isFileDtype(dtype)) {
      throw damaged(
        this.#file,
        `dtype of ${describe(key)} must be one of ${Object.keys(WIDTHS).join(', ')}, as`,
        dtype,
      );
    }
    const bytes = shape === undefined ? undefined : bytesOf(shape, dtype);
    if (shape === undefined || bytes === undefined) {
      throw damaged(this.#file, `shape of ${describe(key)} must be lengths of dimensions, as`, shape);
    }
    const [begin, end] = offsets ?? [];
    if (begin === undefined || end === undefined || end - begin !== bytes) {
      throw damaged(this.#file, `data_offsets of ${describe(key)} must have ${bytes} bytes between them, as`, offsets);
    }
    return { key, dtype, shape, begin, end };
  }

  /** An object, each of whose keys is told when its value is to be read. */
  #object(value: (key: string) => void): void {
    // A set for each of a million tensors would take longer than all the rest.
    const few: string[] = [];
    let many: Set<string> | null = null;
    this.#take('{');
    if (this.#skip('}')) return;
    do {
      const key = this.#string();
      if (many === null ? few.includes(key) : many.has(key)) {
        throw damaged(this.#file, 'names in the header must be unique, as', key);
      }
      if (many !== null) many.add(key);
      else if (few.push(key) > FEW) many = new Set(few);
      this.#take(':');
      value(key);
    } while (this.#skip(','));
    this.#take('}');
  }

  #integers(most: number): number[] {
    const list: number[] = [];
    this.#take('[');
    if (this.#skip(']')) return list;
    do {
      if (list.length === most) throw this.#unexpected(`at most ${most} numbers`);
      list.push(this.#integer());
    } while (this.#skip(','));
    this.#take(']');
    return list;
  }

  #integer(): number {
    this.#space();
    const begin = this.#at;
    while (isDigit(this.#text.charCodeAt(this.#at))) this.#at++;
    const digits = this.#text.slice(begin, Math.min(this.#at, begin + 20));
    const value = Number(digits);
    if (digits === '' || (digits.length > 1 && digits[0] === '0') || !Number.isSafeInteger(value)) {
      this.#at = begin;
      throw this.#unexpected('a whole number');
    }
    return value;
  }

  #string(): string {
    this.#space();
    const begin = this.#at;
    if (this.#text[begin] !== '"') throw this.#unexpected('a string');
    let end = begin;
    do end = this.#text.indexOf('"', end + 1);
    while (end > 0 && isEscaped(this.#text, end, begin));
    if (end < 0) throw this.#unexpected('a string that ends');
    this.#at = end + 1;
    const plain = this.#text.slice(begin + 1, end);
    if (!NOT_PLAIN.test(plain)) return plain;
    try {
      return JSON.parse(this.#text.slice(begin, end + 1)) as string;
    } catch {
      this.#at = begin;
      throw this.#unexpected('a string of JSON');
    }
  }

  #take(character: string): void {
    if (!this.#skip(character)) throw this.#unexpected(`'${character}'`);
  }

  #skip(character: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #space(): void {
    while (isSpace(this.#text.charCodeAt(this.#at))) this.#at++;
  }

  #unexpected(expected: string): RangeError {
    const there = this.#text.slice(this.#at, this.#at + 40);
    return damaged(this.#file, `character ${this.#at} of the header must be ${expected},`, there);
  }
}

/** Whether a quotation mark has an odd number of backslashes in front of it. */
function isEscaped(text: string, quote: number, begin: number): boolean {
  let at = quote;
  while (at - 1 > begin && text[at - 1] === '\\') at--;
  return (quote - at) % 2 === 1;
}

const isDigit = (code: number) => code >= 0x30 && code <= 0x39;
const isSpace = (code: number) => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

/** Undefined where it is more than can be counted. */
function bytesOf(shape: readonly number[], dtype: FileDtype): number | undefined {
  let bytes: number = WIDTHS[dtype];
  for (const length of shape) {
    bytes *= length;
    if (!Number.isSafeInteger(bytes)) return undefined;
  }
  return bytes;
}
