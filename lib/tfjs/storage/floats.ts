/** Elements as floats: a float32 tensor of the cpu backend may hold whole numbers, as those that were cast do. */
export function floatsOf(values: ArrayLike<number>): Float32Array {
  return values instanceof Float32Array ? values : new Float32Array(values);
}
