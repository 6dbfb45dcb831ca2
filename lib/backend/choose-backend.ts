/**
 * Which implementation runs in this thread. It is chosen when it is first asked for, so that a program that only prints
 * its help neither loads the addon nor is told that it is missing; only `setIsa` changes it.
 */
import { describe, rangeError, wrongType, wrongValue } from '../arguments/errors.js';
import { oneOf } from '../arguments/options.js';
import { warn } from '../arguments/warn.js';
import type { Backend, Isa } from './backend.js';
import { CONTRACT } from './contract.js';
import { jsBackend } from './js.js';
import { loadBinding, remedy } from './load.js';
import { type Binding, nativeBackend } from './native.js';

const KNOWN: readonly Isa[] = ['portable', 'avx2', 'avx512', 'neon', 'js'];

interface Runtime {
  /** The addon; null where there is none, or the fallback was asked for. */
  readonly native: { readonly binding: Binding; readonly backend: Backend } | null;
  active: Backend;
}

let started: Runtime | null = null;

/** Throws at every call while `ADAMAX_ISA` or `ADAMAX_THREADS` has a value that cannot be used here. */
function runtime(): Runtime {
  if (started === null) started = start();
  return started;
}

/** The implementation that runs. */
export function backend(): Backend {
  return runtime().active;
}

/** The implementation that runs, if one has been chosen: to ask chooses none. */
export function chosenIsa(): Isa | undefined {
  return started?.active.isa;
}

/** Every implementation this process can run, the fallback first and the best last; `setIsa` takes any of them. */
export function availableIsa(): Isa[] {
  return availableTo(runtime());
}

function availableTo({ native }: Runtime): Isa[] {
  return ['js', ...(native?.binding.available ?? [])];
}

/** Makes `isa` the implementation of this thread, from the next call on. */
export function setIsa(isa: Isa): void {
  choose(runtime(), 'isa', isa);
}

/** Most threads that steps of this thread use; 1 on the fallback. */
export function threads(): number {
  return runtime().active.threads;
}

/** Sets how many threads a step of this thread may use, from the next one on. Results do not depend on it. */
export function setThreads(n: number): void {
  checkThreads('n', n);
  const { native } = runtime();
  if (native !== null) native.backend.threads = n;
}

function checkThreads(argument: string, n: unknown, received = n): asserts n is number {
  if (typeof n !== 'number') throw wrongType(argument, 'a number', n);
  if (!Number.isInteger(n) || n < 1 || n > CONTRACT.mostThreads) {
    throw wrongValue(argument, `a whole number from 1 to ${CONTRACT.mostThreads}`, received);
  }
}

function choose(runtime: Runtime, argument: string, isa: string): void {
  if (!(KNOWN as readonly string[]).includes(isa)) {
    throw rangeError('ERR_ADAMAX_ISA', `${argument} must be ${oneOf(KNOWN, isa)}: received ${describe(isa)}`);
  }
  if (isa === 'js') {
    runtime.active = jsBackend;
  } else if (runtime.native?.binding.setIsa(isa as Isa)) {
    runtime.active = runtime.native.backend;
  } else {
    const can = availableTo(runtime).join(', ');
    throw rangeError('ERR_ADAMAX_ISA', `${argument} must be available here (${can}): received '${isa}'`);
  }
}

function start(): Runtime {
  const { ADAMAX_ISA: forced, ADAMAX_THREADS: limit } = process.env;
  if (limit !== undefined && limit !== '') checkThreads('ADAMAX_THREADS', Number(limit), limit);
  if (forced === 'js') return { native: null, active: jsBackend };
  const runtime = load();
  if (limit !== undefined && limit !== '' && runtime.native !== null) runtime.native.backend.threads = Number(limit);
  if (forced !== undefined && forced !== '') choose(runtime, 'ADAMAX_ISA', forced);
  return runtime;
}

function load(): Runtime {
  const loaded = loadBinding();
  if (loaded.binding !== null) {
    const native = { binding: loaded.binding, backend: nativeBackend(loaded.binding) };
    return { native, active: native.backend };
  }
  if (isFirstToWarn()) {
    warn('ADAMAX_NO_NATIVE', () => ({
      message: `adamax runs on its TypeScript fallback: ${loaded.reason}`,
      detail: `Results are the same to the bit, but steps are slower. ${remedy}`,
    }));
  }
  return { native: null, active: jsBackend };
}

/** Whether no thread has warned that this one comes of: workers inherit what their parent had set when it started them. */
function isFirstToWarn(): boolean {
  const { getEnvironmentData, setEnvironmentData } = process.getBuiltinModule('node:worker_threads');
  const key = 'adamax: ADAMAX_NO_NATIVE';
  if (getEnvironmentData(key) === true) return false;
  setEnvironmentData(key, true);
  return true;
}
