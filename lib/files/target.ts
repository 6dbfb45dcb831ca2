import { fileError } from '../arguments/errors.js';
import { type Eventually, type Work, wait } from './eventually.js';

/** A file that is being written, or memory in place of one. */
export interface Target {
  readonly name: string;
  /** Whether writing is done when `write` returns, so that what was handed over may be changed. */
  readonly isAtOnce: boolean;
  /** The open file, if it is one that is written at once; else null. */
  readonly fd: number | null;
  /** @returns how many bytes were written, which may be fewer than there are */
  write(from: Uint8Array, position: number): Eventually<number>;
}

export function* writeAll(target: Target, from: Uint8Array, position: number): Work<void> {
  for (let done = 0; done < from.length; ) {
    done += yield* wait(target.write(from.subarray(done), position + done));
  }
}

/** Gives errors of the operating system, which have a number, a code of this package. */
export function* underCode<T>(expected: string, body: () => Work<T>): Work<T> {
  try {
    return yield* body();
  } catch (error) {
    throw isOfSystem(error) ? fileError(expected, error) : error;
  }
}

/** Node itself refuses a path with a zero in it, which no operating system takes. */
function isOfSystem(error: unknown): boolean {
  const { errno, code } = Object(error) as { errno?: unknown; code?: unknown };
  return typeof errno === 'number' || code === 'ERR_INVALID_ARG_VALUE';
}
