/**
 * Tries the package where its users have it: `npm run test:platforms`, or some parts by name after `--`.
 * Each part is a folder beside this file. A part whose tools cannot be had is left out with a line that says so.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { skip, summary } from './harness.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const all = readdirSync(here).filter((name) => existsSync(join(here, name, 'part.mjs')));
const parts = process.argv.slice(2);
const unknown = parts.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`no part is called ${unknown.join(', ')}: there are ${all.join(', ')}\n`);
  process.exit(2);
}

for (const name of parts.length > 0 ? parts : all) {
  const { default: part, title } = await import(`./${name}/part.mjs`);
  process.stdout.write(`\n==== ${name}: ${title}\n`);
  try {
    await part();
  } catch (error) {
    // What a part cannot do without is missing: tools that npm cannot install, say.
    skip(name, error instanceof Error ? error.message : `${error}`);
  }
}
process.stdout.write('\n');
process.exit(summary() ? 0 : 1);
