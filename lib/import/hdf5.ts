/** Files of HDF5 as plain objects. Anybody may have written one, so nothing in it is followed or believed. */
import { describe, isCoded } from '../arguments/errors.js';
import { damaged } from '../checkpoint/format/damage.js';
import { types } from '../memory/node-util.js';
import { MOST_DIMENSIONS, sizeOf } from '../variables/shape.js';
import { type H5Dataset, type H5Group, type H5wasm, loadH5wasm } from './dependency.js';

/** What a dataset holds. */
export interface Tensor {
  readonly shape: readonly number[];
  /** `<f` is float32; others as Python's struct has them. */
  readonly dtype: string;
  /** Null where it is not float32. */
  readonly data: Float32Array | null;
  /** Of a whole number without dimensions. */
  readonly integer: number | null;
}

export interface Group {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly groups: ReadonlyMap<string, Group>;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** How deep groups may be nested, and how many there may be: a link may lead back to where it lies. */
const DEEPEST = 32;
const MOST_OBJECTS = 200_000;

let files = 0;

/**
 * Reads all of a file. The library runs in WebAssembly and sees no file but this one, so that links to others, or data that
 * are said to lie in others, lead nowhere.
 * @param bytes - handed over
 * @throws RangeError `ERR_ADAMAX_CHECKPOINT`; Error `ERR_ADAMAX_DEPENDENCY`
 */
export async function readHdf5(file: string, bytes: Uint8Array): Promise<Group> {
  const h5wasm = await loadH5wasm();
  const { FS } = await h5wasm.ready;
  const name = `adamax-${files++}.h5`;
  FS.createDataFile('/', name, bytes, true, false, true);
  try {
    return readFile(h5wasm, `/${name}`, file, bytes.length);
  } catch (error) {
    // Whatever the library says of a damaged file, in whatever form, it is a damaged file.
    if (isCoded(error)) throw error;
    throw Object.assign(damaged(file, 'all must be HDF5, as', describe(error)), { cause: error });
  } finally {
    FS.unlink(`/${name}`);
  }
}

function readFile({ File }: H5wasm, path: string, file: string, size: number): Group {
  const opened = new File(path, 'r');
  try {
    return new Reader(file, size).group(opened, '', 0);
  } finally {
    opened.close();
  }
}

class Reader {
  readonly #file: string;
  /** Bytes of datasets that may still come: all of them lie in the file, so that none is made of nothing. */
  #left: number;
  #objects = 0;

  constructor(file: string, size: number) {
    this.#file = file;
    this.#left = size;
  }

  group(source: H5Group, path: string, depth: number): Group {
    if (depth > DEEPEST) throw damaged(this.#file, `groups must be nested at most ${DEEPEST} deep, as`, path);
    const attributes: Record<string, unknown> = Object.create(null);
    const given = source.attrs;
    for (const name of Object.keys(given)) attributes[name] = given[name].value;
    const groups = new Map<string, Group>();
    const tensors = new Map<string, Tensor>();
    for (const name of source.keys()) {
      if (++this.#objects > MOST_OBJECTS) throw damaged(this.#file, `at most ${MOST_OBJECTS} objects must be in`, path);
      const at = `${path}/${name}`;
      const child = source.get(name);
      if (child?.type === 'Group') groups.set(name, this.group(child as H5Group, at, depth + 1));
      else if (child?.type === 'Dataset') tensors.set(name, this.#tensor(child as H5Dataset, at));
      else throw damaged(this.#file, `'${at}' must be a group or a dataset, as`, child?.type ?? 'nothing');
    }
    return { attributes, groups, tensors };
  }

  #tensor(dataset: H5Dataset, path: string): Tensor {
    const { dtype, shape } = dataset;
    if (shape === null || shape.length > MOST_DIMENSIONS || !shape.every(Number.isSafeInteger)) {
      throw damaged(this.#file, `shape of '${path}' must be lengths of dimensions, as`, shape);
    }
    const kind = typeof dtype === 'string' ? dtype : describe(dtype);
    const isCounter = shape.length === 0 && /^[<>|]?[bBhHiIlLqQ]$/.test(kind);
    if (kind === '<f' || isCounter) {
      this.#left -= 4 * sizeOf(shape);
      if (!(this.#left >= 0)) throw damaged(this.#file, `elements of '${path}' must lie in the file, as`, shape);
    }
    const integer = isCounter ? Number(dataset.value) : null;
    return { shape: [...shape], dtype: kind, data: kind === '<f' ? this.#floats(dataset, path) : null, integer };
  }

  #floats({ value, shape }: H5Dataset, path: string): Float32Array {
    const size = sizeOf(shape as readonly number[]);
    if (typeof value === 'number' && size === 1) return Float32Array.of(value);
    if (types.isFloat32Array(value) && value.length === size) return value;
    throw damaged(this.#file, `'${path}' must have ${size} elements, as`, value);
  }
}
