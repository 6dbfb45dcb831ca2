/** Which implementation runs in this thread: chosen once at import, changed only by `setIsa`. */
import { rangeError } from '../errors.js';
import type { Backend, Isa } from './backend.js';
import { jsBackend } from './js.js';
import { loadBinding, remedy } from './load.js';
import { type Binding, nativeBackend } from './native.js';

const KNOWN: readonly Isa[] = ['portable', 'avx2', 'avx512', 'neon', 'js'];

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
  const forced = process.env.ADAMAX_ISA;
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
  }
  if (forced !== undefined && forced !== '') choose('ADAMAX_ISA', forced);
}

start();
