/** What parts share that run the training on another processor or system: the app, and what it is held to. */
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { script, trained } from './app.mjs';
import { equal, installed, root } from './harness.mjs';

/**
 * @param binary - the file below `prebuilds/` that must be in the package
 * @returns a folder with the published package as installed, and `training.mjs`
 * @throws Error, by which the part is skipped, where that binary has not been made
 */
export function appWith(binary) {
  if (!existsSync(join(root, 'prebuilds', binary))) throw new Error(`there is no prebuilds/${binary}`);
  const folder = installed('emulated');
  cpSync(script, join(folder, 'training.mjs'));
  return folder;
}

/**
 * @param printed - by the training elsewhere
 * @param expected - of what else it prints, such as `isa`
 * @throws Error unless it came to the same bits as here
 */
export function expectTrained(printed, expected) {
  const got = JSON.parse(printed);
  for (const [name, value] of Object.entries(expected)) equal(got[name], value, name);
  equal(got.digest, trained().digest, 'digest');
}
