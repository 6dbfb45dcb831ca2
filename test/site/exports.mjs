/** Whether each thing that a program can import has a page of its own, and is found by its name. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { check, root } from '../platforms/harness.mjs';
import { none, searchRows } from './site.mjs';

export async function tryExports(site) {
  const { name, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const rows = searchRows(site);
  for (const [subpath, { default: file }] of Object.entries(exports)) {
    const entry = `${name}${subpath.slice(1)}`;
    // The package's own description is no module, and adamax/prebuilt exports what adamax does.
    if (file === undefined || entry === `${name}/prebuilt`) continue;
    await check(`each export of ${entry} has a page`, async () => {
      const module = await import(pathToFileURL(join(root, file)).href);
      const names = Object.keys(module).filter((key) => !['default', 'module.exports', '__esModule'].includes(key));
      if (names.length === 0) throw new Error(`${entry} must export something`);
      none(
        names
          .filter((key) => !hasPage(site, rows, entry, key))
          .map((key) => `${entry} exports ${key}, which has no page`),
      );
    });
  }
}

function hasPage(site, rows, parent, name) {
  return rows.some(
    (row) => row.name === name && row.parent === parent && !row.url.includes('#') && existsSync(join(site, row.url)),
  );
}
