import { verify as verifyFile } from '../checkpoint/inspect.js';

/** What to tell of a file that is not damaged. @throws RangeError `ERR_ADAMAX_CHECKPOINT`, Error `ERR_ADAMAX_FILE` */
export function verify(path: string): string {
  if (verifyFile(path)) return `${path} is what was written: its digest fits\n`;
  return `${path} can be read, but has no digest that would tell whether it is what was written\n`;
}
