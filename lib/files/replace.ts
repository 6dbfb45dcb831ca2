import { fileError } from '../arguments/errors.js';
import { fs, path as paths } from '../memory/node-modules.js';
import { quietly, type Work, wait } from './eventually.js';
import { atOnceFiles, type FileSystem, TO_READ } from './file-system.js';
import { claimTemporary, releaseTemporary, removeLeftovers } from './leftovers.js';
import { type Target, underCode } from './target.js';
import { WriteTurn } from './write-turn.js';

/** What systems say of folders that they cannot flush, or do not let this process flush. */
const UNFLUSHABLE: readonly unknown[] = ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EBADF', 'EACCES', 'EPERM'];

/**
 * Puts a new file in the place of an old one, which stays whole until the new one is on the disk: it is written beside,
 * in a file `….tmp`, flushed, and renamed; then the folder is flushed, which holds the new name. Whatever fails before
 * that, the old file stays and the new one is removed; only a process that is killed leaves it, and the next that saves
 * there takes it away. Of several that are under way in a thread the one that was asked for last stays.
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
  const folder = yield* underCode(expected, function* () {
    // The process may go to another folder while the file is being written.
    const place = realPath(paths.resolve(path));
    const mode = modeOf(place, expected);
    const [folder, base] = [paths.dirname(place), paths.basename(place)];
    removeLeftovers(folder, (name) => name === base);
    const [turn, beside] = [new WriteTurn(place), claimTemporary(place)];
    try {
      yield* writing(files, beside, mode, isFlushed, (target) => write({ name: path, ...target }));
      yield* putInPlace(files, beside, place, turn);
    } catch (error) {
      yield* quietly(() => wait(files.remove(beside)));
      throw error;
    } finally {
      releaseTemporary(beside);
      turn.end();
    }
    return folder;
  });
  if (!isFlushed) return;
  const isThere = `${path} is in its place; its folder must be one that can be flushed`;
  yield* underCode(isThere, () => flushFolder(files, folder));
}

/** Gives a file that is whole its name, unless one that was asked for later has that already. */
function* putInPlace(files: FileSystem, beside: string, place: string, turn: WriteTurn): Work<void> {
  // As long as somebody has the old file open, what it takes is not given back, for which a disk may need half a second.
  const old = yield* openOld(files, place);
  try {
    if (turn.isOver) yield* wait(files.remove(beside));
    else {
      // A promise would leave time in which a file that was asked for later could come into its place first.
      fs.renameSync(beside, place);
      turn.placed();
    }
  } finally {
    if (old !== null) yield* wait(files.close(old));
  }
}

/** Null where there is none, or it cannot be read, and on Windows, which replaces no open file. */
function* openOld(files: FileSystem, place: string): Work<number | null> {
  if (files === atOnceFiles || process.platform === 'win32') return null;
  try {
    return yield* wait(files.open(place, TO_READ));
  } catch {
    return null;
  }
}

/** Writes a new file, and closes it whatever happens. */
function* writing(
  files: FileSystem,
  path: string,
  mode: number | undefined,
  isFlushed: boolean,
  write: (target: Omit<Target, 'name'>) => Work<void>,
): Work<void> {
  const fd = yield* wait(files.open(path, 'wx', 0o666));
  try {
    if (mode !== undefined) yield* wait(files.chmod(fd, mode));
    const isAtOnce = files === atOnceFiles;
    const put = (from: Uint8Array, position: number) => files.write(fd, from, position);
    yield* write({ isAtOnce, fd: isAtOnce ? fd : null, write: put });
    if (isFlushed) yield* wait(files.flush(fd));
  } catch (error) {
    yield* quietly(() => wait(files.close(fd)));
    throw error;
  }
  yield* wait(files.close(fd));
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

/**
 * The name of a file is kept by its folder. Windows has no way to flush one, and some file systems have none: they keep
 * names as they can.
 */
export function* flushFolder(files: FileSystem, folder: string): Work<void> {
  if (process.platform === 'win32') return;
  try {
    const fd = yield* wait(files.open(folder, 'r'));
    try {
      yield* wait(files.flush(fd));
    } finally {
      yield* wait(files.close(fd));
    }
  } catch (error) {
    if (!UNFLUSHABLE.includes((error as { code?: unknown }).code)) throw error;
  }
}
