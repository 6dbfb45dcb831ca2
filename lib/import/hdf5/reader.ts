/** Reads files of HDF5. Anybody may have written one, so nothing in it is followed or believed. */
import { describe } from '../../arguments/errors.js';
import { damaged } from '../../checkpoint/format/damage.js';
import { types } from '../../memory/node-util.js';
import { MOST_DIMENSIONS, sizeOf } from '../../variables/shape.js';
import type { Group, Tensor } from './group.js';
import type { H5Dataset, H5Group, H5wasm } from './h5wasm.js';

/** How deep groups may be nested, and how many there may be: a link may lead back to where it lies. */
const DEEPEST = 32;
const MOST_OBJECTS = 200_000;

/**
 * Reads all of a file. The library sees no other one, so that links to others, or data that are said to lie in others,
 * lead nowhere.
 * @param bytes - handed over
 */
export async function readFile(h5wasm: H5wasm, file: string, bytes: Uint8Array): Promise<Group> {
  const module = await h5wasm.ready;
  module.FS.createDataFile('/', 'file.h5', bytes, true, false, true);
  module.activate_throwing_error_handler();
  return new Reader(file, bytes.length).group(new h5wasm.File('/file.h5', 'r'), '', 0);
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
