/** Many variables of one length with their gradients, each array on a buffer of its own or all of them on one. */
import { generator } from './random.js';

/** Steps until a gradient array comes again. */
export const FRESH_SETS = 4;

/** Arrays of variables, and of the gradients of some steps in turn. */
export interface Arrays {
  readonly params: readonly Float32Array[];
  readonly sets: readonly (readonly Float32Array[])[];
}

/** As users have them who allocate each array by itself. */
export function ownBuffers(count: number, length: number): Arrays {
  const list = (): Float32Array[] => Array.from({ length: count }, () => new Float32Array(length));
  return filled({ params: list(), sets: Array.from({ length: FRESH_SETS }, list) });
}

/**
 * As a WebAssembly memory or an arena has them: all parameters one after another, behind them all gradients of a first
 * step, then of a second.
 */
export function oneBuffer(count: number, length: number): Arrays & { readonly heap: Float32Array } {
  const heap = new Float32Array((1 + FRESH_SETS) * count * length);
  const list = (from: number): Float32Array[] => {
    return Array.from({ length: count }, (_, i) => heap.subarray((from + i) * length, (from + i + 1) * length));
  };
  const sets = Array.from({ length: FRESH_SETS }, (_, set) => list((1 + set) * count));
  return { heap, ...filled({ params: list(0), sets }) };
}

/** Each set has the gradients of the others, so that moments settle. */
function filled({ params, sets }: Arrays): Arrays {
  const random = generator(params.length);
  params.forEach((param, i) => {
    for (let k = 0; k < param.length; k++) {
      const x = random();
      param[k] = 0.5 + x / 2;
      for (const grads of sets) grads[i][k] = x < 0.5 ? x - 0.6 : x;
    }
  });
  return { params, sets };
}
