import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { inspect } from 'adamax/checkpoint';

/**
 * Starts a training, and kills it at some moment after it has saved itself after a step.
 * @param path where it saves itself
 * @returns what ended it
 */
export async function killedAfter(
  step: number,
  path: string,
  command: readonly string[],
  cwd: string,
): Promise<NodeJS.Signals | null> {
  const child = spawn(process.execPath, command, { cwd, stdio: 'ignore' });
  const ended = once(child, 'exit');
  while (isRunning(child) && !(existsSync(path) && Number(inspect(path).step) >= step)) await setTimeout(2);
  // By chance in the midst of saving, too.
  await setTimeout(Math.random() * 30);
  child.kill('SIGKILL');
  return (await ended)[1];
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}
