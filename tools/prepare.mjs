/**
 * What npm runs after `npm install` in a checkout, and when somebody installs the package from git: without it such a
 * package would have no dist/.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const setup = spawnSync(process.execPath, [join(root, 'tools', 'setup.mjs'), '--native=optional'], {
  stdio: 'inherit',
});
if (setup.status !== 0) process.exit(1);

// npm packs what it has cloned, by the list of package.json, and build/ is not on that. This tells its clone from
// others.
const isPacked = process.env._PACOTE_NO_PREPARE_ !== undefined;
const addon = join(root, 'build', 'Release', 'adamax.node');
if (isPacked && existsSync(addon)) {
  cpSync(addon, join(root, 'prebuilds', `${process.platform}-${process.arch}`, 'adamax.node'));
}
