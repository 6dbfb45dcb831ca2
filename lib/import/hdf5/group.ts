/** What is in a file of HDF5, as plain objects that can go from one thread to another. */

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
