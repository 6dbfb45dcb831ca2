import { describe, rangeError } from '../../arguments/errors.js';

/** The error for a file that is not what was written, or nothing that can be read. @param what - in a file, must be */
export function damaged(file: string, what: string, received: unknown): RangeError {
  return rangeError('ERR_ADAMAX_CHECKPOINT', `${what} of ${file}: received ${describe(received)}`);
}
