/** What ranks exchange, and what must come of it, by a calculation that has nothing of the package's. */

/** Floats of either sign and of many magnitudes: their sum depends on its order. */
export function floatsOf(seed: number, length: number): Float32Array {
  const floats = new Float32Array(length);
  let state = (seed * 2654435761 + 12345) >>> 0;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const exponent = ((state >>> 8) % 14) - 7;
    floats[i] = ((state & 1) === 0 ? 1 : -1) * (1 + (state >>> 9) / 2 ** 23) * 2 ** exponent;
  }
  return floats;
}

/** The sum of parts `begin` up to `end`: a full subtree on the left, as large as there is one, and the rest. */
export function treeSum(parts: readonly Float32Array[], begin = 0, end: number = parts.length): Float32Array {
  if (end - begin === 1) return parts[begin];
  let half = 1;
  while (half * 2 < end - begin) half *= 2;
  const left = treeSum(parts, begin, begin + half);
  const right = treeSum(parts, begin + half, end);
  return left.map((x, i) => x + right[i]);
}

/** Where two arrays differ in a bit; -1 if nowhere. */
export function difference(a: Float32Array, b: Float32Array): number {
  const [x, y] = [a, b].map((floats) => new Uint32Array(floats.buffer, floats.byteOffset, floats.length));
  return a.length === b.length ? x.findIndex((word, i) => word !== y[i]) : a.length;
}

export function shared(floats: Float32Array): Float32Array {
  const copy = new Float32Array(new SharedArrayBuffer(floats.byteLength));
  copy.set(floats);
  return copy;
}

/** Borders of uneven parts, some of them empty. */
export function unevenBorders(size: number, length: number): number[] {
  const borders = [0];
  for (let r = 1; r < size; r++) borders.push(r % 2 === 1 ? Math.floor((length * r) / (size + 1)) : borders[r - 1]);
  return [...borders, length];
}
