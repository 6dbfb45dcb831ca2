import { checkAttached } from '../../arguments/arrays.js';
import { fileError } from '../../arguments/errors.js';
import { type Eventually, type Work, wait } from '../../files/eventually.js';
import { atOnceFiles, type FileSystem, TO_READ } from '../../files/file-system.js';
import { type Target, underCode } from '../../files/target.js';
import { bufferOf, byteOffsetOf, lengthOf } from '../../memory/typed-arrays.js';
import { damaged } from '../format/damage.js';

/** Where a saved state is read from. */
export interface Source {
  /** What messages call it. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /**
   * Whether reading is done when `read` returns. Only then may it write where a caller has his hands: memory that goes
   * away while the operating system writes there may be somebody else's by then.
   */
  readonly isAtOnce: boolean;
  /** The open file, if it is one that is read at once; else null. */
  readonly fd: number | null;
  /** Whether nobody has written to it since it was opened, as far as the operating system tells. */
  isAsItWas(): Work<boolean>;
  /** @returns how many bytes were read, which may be fewer than there is room for */
  read(into: Uint8Array, position: number): Eventually<number>;
}

/** @throws RangeError `ERR_ADAMAX_CHECKPOINT` where the source ends too early */
export function* readAll(source: Source, into: Uint8Array, position: number): Work<void> {
  for (let done = 0; done < into.length; ) {
    const count = yield* wait(source.read(into.subarray(done), position + done));
    if (count === 0) throw damaged(source.name, `the file must have ${source.size} bytes, as`, position + done);
    done += count;
  }
}

/**
 * @param given - of whatever class: what that makes of `subarray` and `length` does not matter
 * @throws TypeError `ERR_ADAMAX_DETACHED`
 */
export function sourceOfBytes(given: Uint8Array): Source {
  checkAttached('bytes', given);
  const bytes = new Uint8Array(bufferOf(given), byteOffsetOf(given), lengthOf(given));
  const read = (into: Uint8Array, position: number) => {
    // The caller's progress may have transferred them.
    checkAttached('bytes', bytes);
    const part = bytes.subarray(position, position + into.length);
    into.set(part);
    return part.length;
  };
  return { name: 'bytes', size: bytes.length, isAtOnce: true, fd: null, isAsItWas: always, read };
}

// biome-ignore lint/correctness/useYield: there is nothing to wait for
function* always(): Work<boolean> {
  return true;
}

export function targetOfBytes(bytes: Uint8Array): Target {
  const write = (from: Uint8Array, position: number) => {
    bytes.set(from, position);
    return from.length;
  };
  return { name: 'bytes', isAtOnce: true, fd: null, write };
}

/** Opens a file to read it, and closes it whatever happens. @throws Error `ERR_ADAMAX_FILE` */
export function* reading<T>(files: FileSystem, path: string, body: (source: Source) => Work<T>): Work<T> {
  const expected = `${path} must be a file that can be read`;
  return yield* underCode(expected, function* () {
    const fd = yield* wait(files.open(path, TO_READ));
    try {
      const stat = yield* wait(files.stat(fd));
      if (!stat.isFile()) throw fileError(expected, new Error('no regular file'));
      const { size } = stat;
      const isAsItWas = function* (): Work<boolean> {
        const now = yield* wait(files.stat(fd));
        return now.size === size && now.mtimeMs === stat.mtimeMs;
      };
      const isAtOnce = files === atOnceFiles;
      return yield* body({
        name: path,
        size,
        isAtOnce,
        fd: isAtOnce ? fd : null,
        isAsItWas,
        read: (into, position) => files.read(fd, into, position),
      });
    } finally {
      yield* wait(files.close(fd));
    }
  });
}
