/** Kinds of elements: float32, int64 for counts, and bfloat16 for slots, as bit patterns. */
export type DType = 'float32' | 'int64' | 'bfloat16';

/** Elements as they lie in memory: those of bfloat16 as bit patterns. */
export type Elements = Float32Array | BigInt64Array | Uint16Array;
