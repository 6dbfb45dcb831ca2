import { existsSync } from 'node:fs';
import { binary } from './fixture.mjs';
import { misusedRecipes } from './misuse.mjs';
import { plainBundles } from './plain.mjs';
import { followRecipes } from './recipes.mjs';
import { tracedFiles } from './trace.mjs';

export const title = 'bundles run from other folders, natively where docs/bundlers.md says how';

export default async function bundlers() {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('the recipes are for Linux, x64');
  if (!existsSync(binary)) throw new Error('prebuilds/linux-x64/adamax.glibc.node has not been made');
  await plainBundles();
  await followRecipes();
  await misusedRecipes();
  await tracedFiles();
}
