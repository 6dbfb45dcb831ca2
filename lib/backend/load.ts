/** Finds the native addon, or says why there is none. This is the only place that knows where binaries lie. */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isCutShort } from './cut-short.js';
import { type Binding, misfitOf } from './native.js';

// this module is part of dist/adamax.js, the one file that lib/ is bundled into
const root = dirname(dirname(fileURLToPath(import.meta.url)));

export type Loaded = { readonly binding: Binding } | { readonly binding: null; readonly reason: string };

/**
 * Loads `build/Release` of this package if it was built here, else the prebuilt binary for this platform.
 * Never throws: a process without a binary runs on the fallback.
 */
export function loadBinding(): Loaded {
  const require = createRequire(import.meta.url);
  try {
    const { resolve } = require('node-gyp-build') as { resolve(directory: string): string };
    const path = resolve(root);
    if (isCutShort(path)) return { binding: null, reason: `the binary ${path} is cut short` };
    const binding = require(path) as Binding;
    const misfit = misfitOf(binding);
    return misfit === null ? { binding } : { binding: null, reason: `the addon is of another version: ${misfit}` };
  } catch (error) {
    const [reason] = String(error instanceof Error ? error.message : error).split('\n');
    return { binding: null, reason };
  }
}

/** What a user does when no binary fits. */
export const remedy = `Build one with "npx node-gyp rebuild -C ${root}" (needs Python 3, make and a C++17 compiler).`;
