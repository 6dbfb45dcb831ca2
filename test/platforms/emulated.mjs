/** What parts share that run the training on another processor or system: the app, and what it is held to. */
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { equal, installed, must, root } from './harness.mjs';

/** The training in the checkout. */
export const training = join(root, 'test', 'platforms', 'training.mjs');

/**
 * @param binary - the file below `prebuilds/` that must be in the package
 * @returns a folder with the published package as installed, and `training.mjs`
 * @throws Error, by which the part is skipped, where that binary has not been made
 */
export function appWith(binary) {
  if (!existsSync(join(root, 'prebuilds', binary))) throw new Error(`there is no prebuilds/${binary}`);
  const folder = installed('emulated');
  cpSync(training, join(folder, 'training.mjs'));
  return folder;
}

let here;

/** What the training prints here, in the checkout, by what was built there. */
export function trainedHere() {
  here ??= JSON.parse(must(process.execPath, [training]).stdout);
  return here;
}

/**
 * @param printed - by the training elsewhere
 * @param expected - of what else it prints, such as `isa`
 * @throws Error unless it came to the same bits as here
 */
export function expectTrained(printed, expected) {
  const got = JSON.parse(printed);
  for (const [name, value] of Object.entries(expected)) equal(got[name], value, name);
  equal(got.digest, trainedHere().digest, 'digest');
}
