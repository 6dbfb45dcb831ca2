import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './process.js';

/** Runs `npx adamax` of this package. */
export function adamax(...args: string[]) {
  const script = join(root, 'dist', 'cli', 'main.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}
