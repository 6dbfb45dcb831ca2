import { dependencyError } from '../arguments/errors.js';

/** What is used of h5wasm: the HDF5 library in WebAssembly, whose files lie in memory of its own. */
export interface H5wasm {
  readonly ready: Promise<{ readonly FS: MemoryFiles }>;
  readonly File: new (path: string, mode: 'r') => H5Group & { close(): unknown };
}

interface MemoryFiles {
  createDataFile(folder: string, name: string, bytes: Uint8Array, read: boolean, write: boolean, own: boolean): void;
  unlink(path: string): void;
}

export interface H5Group {
  readonly type: string;
  readonly attrs: Readonly<Record<string, { readonly value: unknown }>>;
  keys(): string[];
  get(name: string): H5Group | H5Dataset | { readonly type: string } | null;
}

export interface H5Dataset {
  readonly type: string;
  readonly dtype: unknown;
  readonly shape: readonly number[] | null;
  readonly value: unknown;
}

/** @throws Error `ERR_ADAMAX_DEPENDENCY` where it is not installed */
export async function loadH5wasm(): Promise<H5wasm> {
  try {
    return (await import('h5wasm')) as unknown as H5wasm;
  } catch (cause) {
    throw dependencyError('importKeras needs h5wasm: npm install h5wasm', cause);
  }
}
