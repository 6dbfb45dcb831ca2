import { fs, path as paths } from '../memory/node-modules.js';

/** Milliseconds by which clocks of files and of processes may differ: those of a file server are its own. */
const TOLERANCE = 60_000;
/** Milliseconds of a clock tick, by which Linux tells when a process began: the same on all its machines. */
const TICK = 10;

/** Files that this thread is writing. */
const own = new Set<string>();

/** A name beside a file for the one that is to take its place. `releaseTemporary` is called when it has, or will not. */
export function claimTemporary(place: string): string {
  const beside = `${place}.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`;
  own.add(beside);
  return beside;
}

export function releaseTemporary(beside: string): void {
  own.delete(beside);
}

/**
 * Removes what processes of this machine have left that were killed.
 * @param isMeant - told what file was to be saved
 */
export function removeLeftovers(folder: string, isMeant: (name: string) => boolean): void {
  for (const name of namesIn(folder)) {
    const [, base, pid] = /^(.*)\.(\d+)\.[0-9a-z]*\.tmp$/s.exec(name) ?? [];
    if (base === undefined || !isMeant(base)) continue;
    const path = paths.resolve(folder, name);
    try {
      if (!own.has(path) && !isWriting(Number(pid), path)) fs.unlinkSync(path);
    } catch {
      // Another process may have removed it.
    }
  }
}

/** None where a folder may be written to and not be read. */
function namesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EACCES') throw error;
    return [];
  }
}

/**
 * Whether there is a process of that number which may be writing the file. One that began after the file was last
 * written to only has the number of the one that did, as is usual in a container that was started again.
 */
function isWriting(pid: number, path: string): boolean {
  if (!isRunning(pid)) return false;
  const began = pid === process.pid ? performance.timeOrigin : beginningOf(pid);
  return began === undefined || fs.statSync(path).mtimeMs >= began - TOLERANCE;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as { code?: unknown }).code !== 'ESRCH';
  }
}

/**
 * When another process began, in milliseconds since 1970; undefined where the system does not tell. It is counted from
 * when this one began, since a container may be told another time than that since which the machine is up.
 */
function beginningOf(pid: number): number | undefined {
  try {
    const began = performance.timeOrigin + TICK * (ticksOf(pid) - ticksOf(process.pid));
    return began <= Date.now() ? began : undefined;
  } catch {
    return undefined;
  }
}

/** When a process began, in ticks of a clock of the system. */
function ticksOf(pid: number): number {
  // The name of the program, in parentheses, may have spaces and parentheses in it.
  const fields = fs
    .readFileSync(`/proc/${pid}/stat`, 'latin1')
    .replace(/^.*\) /s, '')
    .split(' ');
  return Number(fields[19]);
}
