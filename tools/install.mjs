import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Installs the package of a folder of tools/, unless that was done since its lock file changed. Ends the process where
 * npm cannot.
 * @param home - the folder
 * @param what - what a newcomer is told, such as 'formatters and linters (in tools/lint, 500 MB)'
 */
export function install(home, what) {
  const installed = join(home, 'node_modules', '.package-lock.json');
  const wanted = join(home, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(wanted).mtimeMs) return;
  process.stderr.write(`adamax: installing ${what}\n`);
  // Not npm ci: the registry lacks some packages for other platforms, and so does the lock file.
  const options = ['--no-save', '--no-fund', '--no-audit'];
  const shell = process.platform === 'win32'; // where npm is npm.cmd
  const npm = spawnSync('npm', ['install', ...options], { cwd: home, stdio: 'inherit', shell });
  if (npm.status !== 0) process.exit(1);
}
