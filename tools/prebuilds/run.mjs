import { spawn } from 'node:child_process';

/** Runs a command, with all that it prints in a log. @throws Error unless it ends with 0 */
export async function run(command, args, { cwd, env, log }) {
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', log, log] });
  const [code, signal] = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (...ended) => resolve(ended));
  });
  if (code !== 0) throw new Error(`${command} ended with ${signal ?? code}`);
}
