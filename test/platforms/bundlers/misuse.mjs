import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { check } from '../harness.mjs';
import { binary, fallsBack, makeApp, moveAway, runsNatively, shell } from './fixture.mjs';

const esbuild = 'esbuild app.mjs --bundle --platform=node';

/** Ways to carry the binary that give the program something else: a name, or a `require` that an ES module has not. */
const MISTAKES = [
  [
    'esbuild, ES module without a banner',
    `${esbuild} --format=esm --loader:.node=copy --outfile=dist/app.mjs`,
    'node dist/app.mjs',
  ],
  [
    'esbuild, the loader `file`',
    `${esbuild} --format=cjs --loader:.node=file --outfile=dist/app.cjs`,
    'node dist/app.cjs',
  ],
  [
    'webpack, asset/resource',
    `echo "module.exports = { module: { rules: [{ test: /\\.node$/, type: 'asset/resource' }] } };" > webpack.config.cjs
     webpack --mode production --target node --entry ./app.mjs -o dist --output-filename app.cjs`,
    'node dist/app.cjs',
  ],
];

/** A bundle that was to carry the binary and does not do so rightly still runs, and says what helps. */
export async function misusedRecipes() {
  for (const [mistake, make, run] of MISTAKES) {
    await check(`${mistake}: the binary is carried wrongly`, () => {
      const app = makeApp();
      writeFileSync(join(app, 'app.mjs'), "import 'adamax/prebuilt';\nimport './program.mjs';\n");
      shell(app, make);
      const folder = moveAway(app);
      fallsBack(folder, run, /Tried: adamax\/prebuilt/);
      runsNatively(folder, run, { ADAMAX_NATIVE: binary });
    });
  }
}
