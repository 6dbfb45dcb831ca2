import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from '../loading/place.js';

/** The version of this package, as far as a bundle has kept it. */
export function version(): string {
  const folder = packageFolder();
  if (folder === null) return 'bundled';
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version;
}
