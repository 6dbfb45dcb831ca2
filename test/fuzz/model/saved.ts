/** Weights as a caller hands them over, and what they are as numbers of a place. */
import { pattern, widened } from '../oracle/storage.js';

export type SavedKind = 'float32' | 'bfloat16' | 'int64' | 'float64' | 'nested' | 'bad';

/** A weight that may be handed over. */
export interface SavedWeight {
  readonly real: unknown;
  readonly name: string | null;
  /** Null where only numbers are handed over. */
  readonly shape: readonly number[] | null;
  readonly kind: SavedKind;
  readonly values: Float32Array | Uint16Array | BigInt64Array | readonly (number | bigint)[];
}

export interface Destination {
  readonly dtype: 'float32' | 'bfloat16' | 'int64';
  readonly shape: readonly number[];
  readonly isCounter: boolean;
}

/** The numbers as they are stored there, or null where they do not fit. */
export function elementsFor(saved: SavedWeight, to: Destination): Float32Array | Uint16Array | BigInt64Array | null {
  const { kind, shape, values } = saved;
  const size = to.shape.reduce((product, n) => product * n, 1);
  if (kind === 'bad' || (shape !== null && String(shape) !== String(to.shape))) return null;
  if (shape !== null && shape.length !== to.shape.length) return null;
  if (values.length !== size) return null;
  if (to.dtype === 'int64')
    return kind === 'int64' || kind === 'nested' || kind === 'float64' ? counts(values, to) : null;
  if (kind === 'int64') return null;
  return moments(kind, values, to.dtype);
}

function counts(values: SavedWeight['values'], { isCounter }: Destination): BigInt64Array | null {
  const list = Array.from(values as ArrayLike<number | bigint>);
  if (!list.every((x) => typeof x === 'bigint' || Number.isSafeInteger(x))) return null;
  const stored = BigInt64Array.from(list.map(BigInt));
  return isCounter && stored.some((count) => count < 0n || count >= 2n ** 53n - 1n) ? null : stored;
}

function moments(kind: SavedKind, values: SavedWeight['values'], dtype: 'float32' | 'bfloat16') {
  const list = Array.from(values as ArrayLike<number>);
  if (kind === 'bfloat16') return dtype === 'bfloat16' ? Uint16Array.from(list) : Float32Array.from(list, widened);
  if (list.some((x) => typeof x !== 'number' || !Object.is(Math.fround(x), x))) return null;
  return dtype === 'bfloat16' ? Uint16Array.from(list, pattern) : Float32Array.from(list);
}
