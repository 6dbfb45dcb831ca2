import { rangeError } from '../arguments/errors.js';

/** The error of a step that found no memory to work in, and has written nothing. */
export function outOfMemory(received: string): RangeError {
  return rangeError('ERR_ADAMAX_MEMORY', `no memory for the working space of a step: received ${received}`);
}
