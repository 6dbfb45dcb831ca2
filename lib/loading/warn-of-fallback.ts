import { warn } from '../arguments/warn.js';
import { remedyFor } from './cause.js';
import type { NotLoaded } from './load.js';
import { packageFolder } from './place.js';
import { platformText } from './platform.js';

const KEY = 'adamax: ADAMAX_NO_NATIVE';

// It is made when the package is imported, so that workers which are started later have the same.
const flag = sharedFlag();

/** Says once in a process that steps run on the fallback, why, what was tried, and what helps if anything does. */
export function warnOfFallback({ reason, tried, cause }: NotLoaded): void {
  if (flag !== null && Atomics.exchange(flag, 0, 1) !== 0) return;
  warn('ADAMAX_NO_NATIVE', () => {
    const lines = [
      'Results are the same to the bit, but steps are slower.',
      `This is ${platformText()}.${tried.length > 0 ? ` Tried: ${tried.join(', ')}.` : ''}`,
      remedyFor(cause, packageFolder()),
    ];
    return { message: `adamax runs on its TypeScript fallback: ${reason}`, detail: lines.join('\n') };
  });
}

/** One word for all threads that come of the one which has imported the package first; null where there can be none. */
function sharedFlag(): Int32Array | null {
  try {
    const { getEnvironmentData, setEnvironmentData } = process.getBuiltinModule('node:worker_threads');
    const inherited: unknown = getEnvironmentData(KEY);
    const memory = inherited instanceof SharedArrayBuffer ? inherited : new SharedArrayBuffer(4);
    if (memory !== inherited) setEnvironmentData(KEY, memory);
    return new Int32Array(memory);
  } catch {
    return null;
  }
}
