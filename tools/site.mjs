/**
 * Builds the documentation site into site/, from the README, docs/ and the docstrings of lib/: `npm run site`. What it
 * needs is installed in tools/site, at the first call. It fails where something public has no entry, or a link is dead.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { install } from './install.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
install(join(root, 'tools', 'site'), 'TypeDoc and what tests the site (in tools/site, 100 MB)');
const { build } = await import('./site/build.mjs');
const problems = await build(root);
for (const problem of problems) process.stdout.write(`${problem}\n`);
process.stdout.write(problems.length === 0 ? 'site/index.html is ready\n' : `${problems.length} problems\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
