/** Whence the addon may come, before any of it is looked at: what a program, a bundler or the runtime has said. */

let forbidden = false;
let carried: (() => unknown) | null = null;

/** Says that this process loads no addons, so that it is not tried: `--no-addons`, or a host such as StackBlitz. */
export function forbidAddons(): void {
  forbidden = true;
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
