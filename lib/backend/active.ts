/** Which implementation runs in this thread: chosen once at import, changed only by `setIsa`. */
import { rangeError, wrongType, wrongValue } from '../errors.js';
import type { Backend, Isa } from './backend.js';
import { jsBackend } from './js.js';
import { loadBinding, remedy } from './load.js';
import { type Binding, nativeBackend } from './native.js';

const KNOWN: readonly Isa[] = ['portable', 'avx2', 'avx512', 'neon', 'js'];

const MOST_THREADS = 256;

let binding: Binding | null = null;
let native: Backend | null = null;
let active: Backend = jsBackend;

/** The implementation that runs. */
export function backend(): Backend {
  return active;
}

/** Every implementation this process can run, the fallback first and the best last; `setIsa` takes any of them. */
export function availableIsa(): Isa[] {
  return ['js', ...(binding?.available ?? [])];
}

/** Makes `isa` the implementation of this thread, from the next call on. */
export function setIsa(isa: Isa): void {
  choose('isa', isa);
}

/** Most threads that steps of this thread use; 1 on the fallback. */
export function threads(): number {
  return active.threads;
}

/** Sets how many threads a step of this thread may use, from the next one on. Results do not depend on it. */
export function setThreads(n: number): void {
  checkThreads('n', n);
  if (native !== null) native.threads = n;
}

function checkThreads(argument: string, n: unknown): asserts n is number {
  if (typeof n !== 'number') throw wrongType(argument, 'a number', n);
  if (!Number.isInteger(n) || n < 1 || n > MOST_THREADS) {
    throw wrongValue(argument, `a whole number from 1 to ${MOST_THREADS}`, n);
  }
}

function choose(argument: string, isa: string): void {
  if (!(KNOWN as readonly string[]).includes(isa)) {
    throw rangeError('ERR_ADAMAX_ISA', `${argument} must be one of ${KNOWN.join(', ')}: received '${isa}'`);
  }
  if (isa === 'js') {
    active = jsBackend;
  } else if (native !== null && binding?.setIsa(isa as Isa)) {
    active = native;
  } else {
    const can = availableIsa().join(', ');
    throw rangeError('ERR_ADAMAX_ISA', `${argument} must be available here (${can}): received '${isa}'`);
  }
}

function start(): void {
  const { ADAMAX_ISA: forced, ADAMAX_THREADS: limit } = process.env;
  if (limit !== undefined && limit !== '') checkThreads('ADAMAX_THREADS', Number(limit));
  if (forced === 'js') return;
  const loaded = loadBinding();
  if (loaded.binding === null) {
    process.emitWarning(`adamax runs on its TypeScript fallback: ${loaded.reason}`, {
      code: 'ADAMAX_NO_NATIVE',
      detail: `Results are the same to the bit, but steps are slower. ${remedy}`,
    });
  } else {
    binding = loaded.binding;
    native = nativeBackend(binding);
    active = native;
    if (limit !== undefined && limit !== '') native.threads = Number(limit);
  }
  if (forced !== undefined && forced !== '') choose('ADAMAX_ISA', forced);
}

start();
