/**
 * Builds the documentation site and tries it as its readers have it, from the disk: `npm run test:site`. Links are
 * followed without a browser; the rest takes Chromium, and is left out with a line that says so where there is none.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { check, root, summary } from '../platforms/harness.mjs';
import { tryExports } from './exports.mjs';
import { tryLinks } from './links.mjs';

const site = join(root, 'site');
await check('the site is built, and nothing public is without an entry', () => {
  execFileSync(process.execPath, [join(root, 'tools', 'site.mjs')], { cwd: root, stdio: 'pipe', encoding: 'utf8' });
});
await tryLinks(site);
await tryExports(site);
// It needs what the build has installed.
const { tryInBrowser } = await import('./browser.mjs');
await tryInBrowser(site);
process.exit(summary() ? 0 : 1);
