import { wrongType, wrongValue } from '../arguments/errors.js';
import { atOnce } from '../files/eventually.js';
import { atOnceFiles } from '../files/file-system.js';
import { replacing } from '../files/replace.js';
import { writeAll } from '../files/target.js';

/** What a file of a report is, by the end of its name. */
export type Kind = 'svg' | 'html';

/** @throws TypeError `ERR_ADAMAX_ARG_TYPE`, RangeError `ERR_ADAMAX_ARG_VALUE` */
export function kindOfFile(path: unknown): Kind {
  if (typeof path !== 'string') throw wrongType('path', 'a string that ends in .html or .svg', path);
  const kind = /\.(svg|html)$/i.exec(path)?.[1].toLowerCase();
  if (kind === undefined) throw wrongValue('path', 'a file that ends in .html or .svg', path);
  return kind as Kind;
}

/**
 * Puts a text in the place of a file, as a whole: whoever reads it meanwhile reads the old one.
 * @param isFlushed - whether it is to outlast a power failure
 * @throws Error `ERR_ADAMAX_FILE`
 */
export function writeText(path: string, text: string, isFlushed: boolean): void {
  const bytes = new TextEncoder().encode(text);
  atOnce(replacing(atOnceFiles, path, (target) => writeAll(target, bytes, 0), isFlushed));
}
