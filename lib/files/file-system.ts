import { fs, util } from '../memory/node-modules.js';
import type { Eventually } from './eventually.js';

/** What is asked of the operating system, at once or by promises. */
export interface FileSystem {
  open(path: string, flags: string | number, mode?: number): Eventually<number>;
  /** Bytes of a file, when it was written to, and whether it is one. */
  stat(fd: number): Eventually<{ readonly size: number; readonly mtimeMs: number; isFile(): boolean }>;
  /** @returns how many bytes were read */
  read(fd: number, into: Uint8Array, position: number): Eventually<number>;
  write(fd: number, from: Uint8Array, position: number): Eventually<number>;
  chmod(fd: number, mode: number): Eventually<void>;
  flush(fd: number): Eventually<void>;
  close(fd: number): Eventually<void>;
  remove(path: string): Eventually<void>;
}

/**
 * A pipe that nobody writes to would hold up whoever opens it, for good; this opens it at once, and it is then found to
 * be no file. Windows has no such flag.
 */
export const TO_READ = fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0);

export const atOnceFiles: FileSystem = {
  open: (path, flags, mode) => fs.openSync(path, flags, mode),
  stat: (fd) => fs.fstatSync(fd),
  read: (fd, into, position) => fs.readSync(fd, into, 0, into.length, position),
  write: (fd, from, position) => fs.writeSync(fd, from, 0, from.length, position),
  chmod: (fd, mode) => fs.fchmodSync(fd, mode),
  flush: (fd) => fs.fsyncSync(fd),
  close: (fd) => fs.closeSync(fd),
  remove: (path) => fs.unlinkSync(path),
};

const { promisify } = util;
const [open, fstat, read, write] = [promisify(fs.open), promisify(fs.fstat), promisify(fs.read), promisify(fs.write)];
const [fchmod, fsync, close] = [promisify(fs.fchmod), promisify(fs.fsync), promisify(fs.close)];

/** On the threads that Node keeps for files. */
export const promisedFiles: FileSystem = {
  open: (path, flags, mode) => open(path, flags, mode),
  stat: (fd) => fstat(fd),
  read: async (fd, into, position) => (await read(fd, into, 0, into.length, position)).bytesRead,
  write: async (fd, from, position) => (await write(fd, from, 0, from.length, position)).bytesWritten,
  chmod: (fd, mode) => fchmod(fd, mode),
  flush: (fd) => fsync(fd),
  close: (fd) => close(fd),
  remove: promisify(fs.unlink),
};
