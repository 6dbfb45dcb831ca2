import type { DataId, DataType, NamedTensorInfoMap, TensorInfo, TypedArray } from '@tensorflow/tfjs-core';
import type { Tfjs } from '../namespace.js';

export const BACKEND = 'wasm';

/** What kernels use of the wasm backend. The types of its own package would be one more peer. */
export interface WasmBackend {
  /** Takes memory of the heap, which may grow. Every view taken before is detached then, so views come last. */
  makeOutput(shape: number[], dtype: DataType): TensorInfo;
  /** A view of the heap where the numbers lie. */
  typedArrayFromHeap(info: TensorInfo): TypedArray;
  incRef(dataId: DataId): void;
  disposeData(dataId: DataId): boolean;
}

export type Infos<Name extends string> = Readonly<Record<Name, TensorInfo>>;

/** What TensorFlow.js hands to a kernel. */
export interface Call<Inputs, Attrs> {
  readonly inputs: Inputs;
  readonly attrs: Attrs;
  readonly backend: WasmBackend;
}

/** Runs a kernel. What comes of it is known to nobody else: who has called it disposes of it. */
export type Run = (kernel: string, backend: WasmBackend, inputs: NamedTensorInfoMap, attrs: object) => TensorInfo;

/** A kernel that training needs. */
export interface TrainingKernel<Inputs = never, Attrs = never> {
  readonly name: string;
  /** @param run runs kernels that TensorFlow.js brings, also the one which this one replaces */
  create(tf: Tfjs, run: Run): (call: Call<Inputs, Attrs>) => TensorInfo;
}

/** How many numbers a tensor of this shape has. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, length) => size * length, 1);
}

export function zeros(shape: number[], backend: WasmBackend, dtype: DataType = 'float32'): TensorInfo {
  const out = backend.makeOutput(shape, dtype);
  backend.typedArrayFromHeap(out).fill(0);
  return out;
}
