/**
 * Which implementation runs in this thread. It is chosen when it is first asked for, so that a program that only prints
 * its help neither loads the addon nor is told that it is missing; only `setIsa` changes it.
 */

import { describe, rangeError, typeError, wrongType, wrongValue } from '../arguments/errors.js';
import { oneOf } from '../arguments/options.js';
import { reasonOf } from '../loading/cause.js';
import { environment } from '../loading/environment.js';
import { fitting, fromFile, type NotLoaded } from '../loading/load.js';
import { warnOfFallback } from '../loading/warn-of-fallback.js';
import { path, url } from '../memory/node-modules.js';
import type { Backend, Isa } from './backend.js';
import { CONTRACT } from './contract.js';
import { jsBackend } from './js.js';
import { type Binding, bindingOf, type LoadedBinding, loadBinding, misfitOf, nativeBackend } from './native.js';

const KNOWN: readonly Isa[] = ['portable', 'avx2', 'avx512', 'neon', 'js'];

interface Runtime {
  /** The addon; null where there is none, or the fallback was asked for. */
  readonly native: { readonly binding: Binding; readonly backend: Backend; readonly from: string } | null;
  /** Why there is no addon, if one was looked for. */
  readonly notLoaded: NotLoaded | null;
  active: Backend;
}

let started: Runtime | null = null;

/** How many replicas share the cores of this machine with this thread, itself included. */
let sharers = 1;
/** How many threads the addon would use if nobody shared the cores; undefined until that is asked. */
let unshared: number | undefined;
/** Whether the number of threads was set by a call; the environment is asked for its own. */
let threadsWereSet = false;

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

/**
 * Loads the addon from a file, or takes one that has been loaded, for programs that carry it themselves: a single-file
 * executable, a bundle. To be called in each thread before its first step, or any later time while it runs on the
 * fallback.
 * @param native - the path of an `adamax.node`, a `file:` URL, or the addon as `require` gave it. Its type names no
 *   `URL`, which declarations without those of Node do not know
 * @throws TypeError ERR_ADAMAX_ARG_TYPE for anything else; ERR_ADAMAX_STATE if this thread has an addon already
 * @throws RangeError ERR_ADAMAX_NATIVE if it cannot be loaded, or is of another version; nothing has changed then
 */
export function loadNative(native: string | object): void {
  if (typeof native !== 'string' && (typeof native !== 'object' || native === null)) {
    throw wrongType('native', 'a path, a URL or an addon', native);
  }
  if (started !== null && started.native !== null) {
    const when = `loadNative must be called before this thread has loaded the addon ${started.native.from}`;
    throw typeError('ERR_ADAMAX_STATE', `${when}: received ${describe(native)}`);
  }
  checkLimit();
  let loaded: LoadedBinding & { binding: Binding };
  try {
    const given = native instanceof URL ? url.fileURLToPath(native) : native;
    loaded = bindingOf(
      typeof given === 'string' ? fromFile(path.resolve(given), misfitOf) : fitting(given, 'native', misfitOf),
    );
  } catch (error) {
    const must = `native must be an addon of this version and platform, but ${reasonOf(error)}`;
    throw rangeError('ERR_ADAMAX_NATIVE', `${must}: received ${describe(native)}`);
  }
  started = asTold(running(loaded));
}

/** Where the addon of this thread came from, or why there is none; null where none was looked for. */
export function nativeStatus(): { readonly from: string } | NotLoaded | null {
  const { native, notLoaded } = runtime();
  return native ?? notLoaded;
}

/** Most threads that steps of this thread use, and `load` of `adamax/checkpoint`; 1 on the fallback. */
export function threads(): number {
  return runtime().active.threads;
}

/** Sets how many threads a step of this thread may use, from the next one on. Results do not depend on it. */
export function setThreads(n: number): void {
  checkThreads('n', n);
  const { native } = runtime();
  threadsWereSet = true;
  if (native !== null) native.backend.threads = n;
}

/**
 * Leaves steps of this thread their part of the cores only, unless `setThreads` or `ADAMAX_THREADS` has said how many
 * threads they use. It loads no addon: one that is loaded later gets its part then.
 * @param among - how many replicas share the cores of this machine, this one included: a whole number ≥ 1
 */
export function shareThreads(among: number): void {
  sharers = among;
  if (started?.native) takeShare(started.native.backend);
}

function takeShare(backend: Backend): void {
  if ((sharers === 1 && unshared === undefined) || threadsWereSet || environment('ADAMAX_THREADS') !== undefined)
    return;
  unshared ??= backend.threads;
  backend.threads = Math.max(1, Math.floor(unshared / sharers));
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
  const forced = environment('ADAMAX_ISA');
  checkLimit();
  if (forced === 'js') return { native: null, active: jsBackend, notLoaded: null };
  return asTold(load());
}

function checkLimit(limit = environment('ADAMAX_THREADS')): void {
  if (limit !== undefined) checkThreads('ADAMAX_THREADS', Number(limit), limit);
}

function load(): Runtime {
  const loaded = loadBinding();
  if (loaded.binding !== null) return running(loaded);
  warnOfFallback(loaded);
  return { native: null, active: jsBackend, notLoaded: loaded };
}

function running({ binding, from }: LoadedBinding & { binding: Binding }): Runtime {
  const native = { binding, backend: nativeBackend(binding), from };
  return { native, active: native.backend, notLoaded: null };
}

/** A runtime as the environment wants it. */
function asTold(runtime: Runtime, forced = environment('ADAMAX_ISA'), limit = environment('ADAMAX_THREADS')): Runtime {
  if (runtime.native !== null) {
    if (limit !== undefined) runtime.native.backend.threads = Number(limit);
    takeShare(runtime.native.backend);
  }
  if (forced !== undefined) choose(runtime, 'ADAMAX_ISA', forced);
  return runtime;
}
