/**
 * What calls look at that have nothing to do: a mistake is told of in the first minute of a training, and not when the
 * first file is due, or on the day of the resume.
 */
import { checkCallable, checkOptions, checkRecord } from '../arguments/options.js';
import { readExtra } from './content/extra.js';
import { readVariables } from './content/names.js';
import { PICTURE } from './content/picture.js';
import type { SaveOptions } from './saving.js';

const OPTIONS = [...PICTURE, 'progress'];

/**
 * Names and kinds of options. A training asks at every step whether to save, so that nothing is looked at that is the
 * longer the more there is.
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`
 */
export function checkKinds(method: string, options: SaveOptions): void {
  checkOptions(method, options, OPTIONS);
  const { progress = null, keys = null, extra = null, variables } = options;
  if (progress !== null) checkCallable('progress', progress);
  if (keys !== null) checkCallable('keys', keys);
  if (extra !== null) checkRecord('extra', extra);
  if (typeof variables !== 'object') readVariables(variables);
}

/**
 * What is in them, too, but for what may be otherwise when a file is due: whether an optimizer is at work, memory that
 * is in use, and what `keys` gives.
 * @throws as `save`
 */
export function checkContents({ extra, variables }: SaveOptions): void {
  readExtra(extra);
  // What may be gone through once only is for the file.
  const isOnce = !Array.isArray(variables) && typeof Object(variables)[Symbol.iterator] === 'function';
  if (!isOnce) readVariables(variables);
}
