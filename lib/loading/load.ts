/** Finds the native addon, or says why there is none. This is the only place that knows where binaries lie. */
import { fs, path } from '../memory/node-modules.js';
import { addonsAreForbidden, carriedAddon } from './candidates.js';
import { BUNDLED, type Cause, causeOf, reasonOf } from './cause.js';
import { isCutShort } from './elf.js';
import { environment } from './environment.js';
import { findPackage, isCheckout, prebuildsFolder } from './place.js';
import { libcOf } from './platform.js';

export interface Loaded {
  readonly addon: object;
  /** The path of the file; for an addon that came without one, who brought it. */
  readonly from: string;
}

export interface NotLoaded {
  readonly addon: null;
  readonly reason: string;
  /** What was tried, in order. */
  readonly tried: readonly string[];
  readonly cause: Cause;
}

/** How an addon differs from what this version of the package counts on; null where it fits. */
export type MisfitOf = (addon: object) => string | null;

/**
 * Loads the file that `ADAMAX_NATIVE` names, else the addon that a bundle carries, else `build/Release` of this package
 * if it was built here and fits, else the prebuilt binary for this platform. Never throws: a process without a binary
 * runs on the fallback.
 */
export function loadAddon(misfitOf: MisfitOf): Loaded | NotLoaded {
  const tried: string[] = [];
  const attempt = (load: () => Loaded, otherwise: Cause): Loaded | NotLoaded => {
    try {
      return load();
    } catch (error) {
      return { addon: null, reason: reasonOf(error), tried, cause: causeOf(error, otherwise) };
    }
  };
  const explicit = environment('ADAMAX_NATIVE');
  const carried = carriedAddon();
  if (explicit !== undefined) {
    tried.push(`ADAMAX_NATIVE=${explicit}`);
    return attempt(() => fromFile(path.resolve(explicit), misfitOf), 'explicit');
  }
  if (carried !== null) {
    tried.push('adamax/prebuilt');
    return attempt(() => {
      if (publishedIsCutShort()) throw new Error(`the binary ${publishedBinary()} is cut short`);
      return fitting(carried(), 'adamax/prebuilt', misfitOf);
    }, 'carried');
  }
  if (addonsAreForbidden()) {
    return { addon: null, reason: 'this process loads no native addons', tried, cause: 'forbidden' };
  }
  return attempt(() => {
    const folder = findPackage();
    if (folder === null) throw new Error(BUNDLED);
    tried.push(`${folder}/build/Release`, prebuildsFolder());
    try {
      const file = binaryIn(folder);
      tried.splice(0, 2, file);
      return fromFile(file, misfitOf);
    } catch (error) {
      // It may be a build of another machine or version, or what npm was told to install for another machine; and
      // node-gyp-build asks for /etc/alpine-release, which a process with permissions may not read.
      const published = publishedBinary();
      if (tried.includes(published) || !fs.existsSync(published) || asksForOne(folder)) throw error;
      tried.push(published);
      return fromFile(published, misfitOf);
    }
  }, 'unfit');
}

/** @throws Error that says why the file is no addon of this version */
export function fromFile(file: string, misfitOf: MisfitOf): Loaded {
  // A pipe or a device would be waited for, and run as JavaScript whatever is called otherwise.
  if (!fs.statSync(file).isFile() || !file.endsWith('.node')) throw new Error(`${file} is no file that ends in .node`);
  if (isCutShort(file)) throw new Error(`the binary ${file} is cut short`);
  // A bundler that saw a `require` of the file would look for it when it makes the bundle.
  const requireFrom = process.getBuiltinModule('node:module').createRequire(file);
  return fitting(requireFrom(file), file, misfitOf);
}

/** @throws Error that says why it is no addon of this version */
export function fitting(addon: unknown, from: string, misfitOf: MisfitOf): Loaded {
  if (typeof addon !== 'object' || addon === null) throw new Error(`${from} gives no addon`);
  const misfit = misfitOf(addon);
  if (misfit !== null) throw new Error(`the addon is of another version: ${misfit}`);
  return { addon, from };
}

/** Where the binary of this process lies, if one was published for it. */
function publishedBinary(): string {
  const libc = libcOf();
  const name = libc === undefined ? 'adamax.node' : `adamax.${libc}.node`;
  return path.join(prebuildsFolder(), `${process.platform}-${process.arch}`, name);
}

/** False, too, where there is none, as in a bundle. */
function publishedIsCutShort(): boolean {
  try {
    return isCutShort(publishedBinary());
  } catch {
    return false;
  }
}

/** Whether only one binary is wanted, so that a test never runs on another. */
function asksForOne(folder: string): boolean {
  return isCheckout(folder) || environment('ADAMAX_PREBUILD') !== undefined;
}

/** @throws Error where there is none */
function binaryIn(folder: string): string {
  const { resolve } = require('node-gyp-build') as { resolve(directory: string): string };
  const found = resolve(folder);
  // It takes every Linux that is not Alpine for one with glibc, while the process knows better.
  const fitting = found.replace(/\.(glibc|musl)\.node$/, `.${libcOf()}.node`);
  return fs.existsSync(fitting) ? fitting : found;
}
