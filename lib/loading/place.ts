import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of this package; null where its code was bundled into a file of somebody else's, or may not look. */
export function packageFolder(): string | null {
  try {
    // As an ES module that a bundler has made, it has no such name; and some bundlers put another folder in its place.
    const folder = typeof __dirname === 'string' ? dirname(__dirname) : null;
    if (folder === null || !existsSync(join(folder, 'dist', 'adamax.js'))) return null;
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).name === 'adamax' ? folder : null;
  } catch {
    return null;
  }
}

/** Whether the package is a checkout, and not what is published. */
export function isCheckout(folder: string): boolean {
  return existsSync(join(folder, 'tools', 'setup.mjs'));
}
