/** What is used of h5wasm: the HDF5 library in WebAssembly, whose files lie in memory of its own. */
export interface H5wasm {
  readonly ready: Promise<H5Module>;
  readonly File: new (path: string, mode: 'r') => H5Group & { close(): unknown };
}

export interface H5Module {
  readonly FS: MemoryFiles;
  /** Makes errors of what the library would else print. */
  activate_throwing_error_handler(): unknown;
  deactivate_throwing_error_handler(): unknown;
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
