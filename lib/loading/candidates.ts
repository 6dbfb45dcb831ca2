/** Whence the addon may come, before any of it is looked at: what a program, a bundler or the runtime has said. */

import { path } from '../memory/node-modules.js';
import { packageFolder } from './place.js';

let forbidden = false;
let carried: (() => unknown) | null = null;

/** Says that this process loads no addons, so that it is not tried: `--no-addons`, or a host such as StackBlitz. */
export function forbidAddons(): void {
  forbidden = !nodeTakesAddons();
}

/**
 * Whether Node itself would take the entry with addons. Others may have taken the one without: the development server
 * of Vite does, for what it leaves external.
 */
function nodeTakesAddons(): boolean {
  try {
    const folder = packageFolder();
    if (folder === null) return false;
    const ownRequire = process.getBuiltinModule('node:module').createRequire(path.join(folder, 'package.json'));
    return !ownRequire.resolve('adamax').includes('no-addons');
  } catch {
    return false;
  }
}

export function addonsAreForbidden(): boolean {
  return forbidden;
}

/** @param addon - loads the addon that a bundle carries; it may throw, and is called when the addon is first needed */
export function carry(addon: () => unknown): void {
  carried = addon;
}

export function carriedAddon(): (() => unknown) | null {
  return carried;
}
