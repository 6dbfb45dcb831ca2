import { createHash } from 'node:crypto';
import type { AnyVariable } from 'adamax';

/** A hash of all numbers of variables and weights. */
export function digestOf(...lists: readonly (readonly AnyVariable[])[]): string {
  const hash = createHash('sha256');
  for (const { data } of lists.flat()) hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return hash.digest('hex').slice(0, 16);
}
