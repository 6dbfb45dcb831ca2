import { fileError } from '../arguments/errors.js';
import { fs, path as paths } from '../memory/node-modules.js';
import { quietly, type Work, wait } from './eventually.js';
import { atOnceFiles, type FileSystem } from './file-system.js';
import { type Target, underCode } from './target.js';

/**
 * Puts a new file in the place of an old one, which stays whole until the new one is on the disk: it is written beside,
 * in a file `….tmp`, flushed, and renamed; then the folder is flushed, which holds the new name. Whatever fails, the
 * old file stays and the new one is removed; only a process that is killed leaves it, and the next that saves there
 * takes it away.
 * @param isFlushed - whether it is to outlast a power failure, which takes milliseconds
 * @throws Error `ERR_ADAMAX_FILE`
 */
export function* replacing(
  files: FileSystem,
  path: string,
  write: (target: Target) => Work<void>,
  isFlushed = true,
): Work<void> {
  const expected = `${path} must be a file that can be written`;
  yield* underCode(expected, function* () {
    const place = realPath(path);
    const mode = modeOf(place, expected);
    const [folder, base] = [paths.dirname(place), paths.basename(place)];
    removeLeftovers(folder, (name) => name === base);
    const beside = `${place}.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`;
    const fd = yield* wait(files.open(beside, 'wx', 0o666));
    let isOpen = true;
    try {
      if (mode !== undefined) yield* wait(files.chmod(fd, mode));
      const isAtOnce = files === atOnceFiles;
      yield* write({
        name: path,
        isAtOnce,
        fd: isAtOnce ? fd : null,
        write: (from, position) => files.write(fd, from, position),
      });
      if (isFlushed) yield* wait(files.flush(fd));
      isOpen = false;
      yield* wait(files.close(fd));
      yield* wait(files.rename(beside, place));
    } catch (error) {
      if (isOpen) yield* quietly(() => wait(files.close(fd)));
      yield* quietly(() => wait(files.remove(beside)));
      throw error;
    }
    if (isFlushed) yield* flushFolder(files, folder);
  });
}

/** The file that links lead to, be it there or not. */
function realPath(path: string): string {
  try {
    return fs.realpathSync(path);
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ENOENT') throw error;
    const link = fs.lstatSync(path, { throwIfNoEntry: false });
    if (link === undefined) return path;
    return realPath(paths.resolve(fs.realpathSync(paths.dirname(path)), fs.readlinkSync(path)));
  }
}

/**
 * The permissions of the old file, which the new one takes over. Nothing but a file is replaced: no pipe, no device.
 */
function modeOf(place: string, expected: string): number | undefined {
  const stat = fs.statSync(place, { throwIfNoEntry: false });
  if (stat !== undefined && !stat.isFile()) throw fileError(expected, new Error('no regular file'));
  return stat?.mode;
}

/** The name of a file is kept by its folder. Windows has no way to flush one. */
export function* flushFolder(files: FileSystem, folder: string): Work<void> {
  if (process.platform === 'win32') return;
  const fd = yield* wait(files.open(folder, 'r'));
  try {
    yield* wait(files.flush(fd));
  } finally {
    yield* wait(files.close(fd));
  }
}

/**
 * Removes what processes of this machine have left that were killed.
 * @param isMeant - told what file was to be saved
 */
export function removeLeftovers(folder: string, isMeant: (name: string) => boolean): void {
  for (const name of fs.readdirSync(folder)) {
    const [, base, pid] = /^(.*)\.(\d+)\.[0-9a-z]*\.tmp$/s.exec(name) ?? [];
    if (base === undefined || !isMeant(base) || isRunning(Number(pid))) continue;
    try {
      fs.unlinkSync(paths.join(folder, name));
    } catch {
      // Another process may have removed it.
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as { code?: unknown }).code !== 'ESRCH';
  }
}
