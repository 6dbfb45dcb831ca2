import { cpSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { check, emptyFolder, equal, tools } from '../harness.mjs';
import { makeApp, runsNatively } from './fixture.mjs';

const require = createRequire(import.meta.url);

/** What @vercel/nft finds that a program needs, as hosts of serverless functions ask it, is enough to run natively. */
export async function tracedFiles() {
  await check('@vercel/nft: the files that it traces, and no others', async () => {
    const { nodeFileTrace } = require(join(tools(fileURLToPath(new URL('.', import.meta.url))), '@vercel', 'nft'));
    const app = makeApp();
    const { fileList, warnings } = await nodeFileTrace([join(app, 'app.mjs')], { base: app, processCwd: app });
    equal(
      [...warnings].map(({ message }) => message),
      [],
      'warnings',
    );
    const folder = emptyFolder('traced');
    for (const file of fileList) cpSync(join(app, file), join(folder, file));
    runsNatively(folder, 'node app.mjs');
  });
}
