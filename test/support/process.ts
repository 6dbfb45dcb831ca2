import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The root of the package. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The environment of a process that runs a copy of this package: which addon to test is not said of that. */
export function elsewhere(): NodeJS.ProcessEnv {
  const { ADAMAX_ISA: _, ADAMAX_PREBUILD: __, ...env } = process.env;
  return env;
}

/** Runs a module given as text in a Node process of its own. */
export function runModule(source: string, env: Record<string, string> = {}, cwd = root) {
  return runText('module', source, env, cwd);
}

/** Runs a script of CommonJS in the same way. */
export function runScript(source: string) {
  return runText('commonjs', source, {}, root);
}

function runText(type: 'module' | 'commonjs', source: string, env: Record<string, string>, cwd: string) {
  const inherited = elsewhere();
  const prebuild = process.env.ADAMAX_PREBUILD;
  if (cwd === root && prebuild !== undefined) inherited.ADAMAX_PREBUILD = prebuild;
  const args = [`--input-type=${type}`, '--eval', source];
  const result = spawnSync(process.execPath, args, { cwd, env: { ...inherited, ...env }, encoding: 'utf8' });
  return { code: result.status, stdout: result.stdout, stderr: result.stderr };
}
