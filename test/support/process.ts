import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The root of the package. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Runs a module given as text in a Node process of its own. */
export function runModule(source: string, env: Record<string, string> = {}, cwd = root) {
  const { ADAMAX_ISA: _, ADAMAX_PREBUILD: prebuild, ...inherited } = process.env;
  // Which addon to test is said of this package only, not of a copy of it elsewhere.
  if (cwd === root && prebuild !== undefined) inherited.ADAMAX_PREBUILD = prebuild;
  const args = ['--input-type=module', '--eval', source];
  const result = spawnSync(process.execPath, args, { cwd, env: { ...inherited, ...env }, encoding: 'utf8' });
  return { code: result.status, stdout: result.stdout, stderr: result.stderr };
}
