import { check } from '../harness.mjs';
import { binary, fallsBack, makeApp, moveAway, runsNatively, shell } from './fixture.mjs';

const rollup = 'rollup app.mjs -p node-resolve -p commonjs';
const esbuild = 'esbuild app.mjs --bundle --platform=node';
const bun = 'bun build app.mjs';
const webpack = 'webpack --mode production --target node --entry ./app.mjs -o dist --output-filename app.cjs';

const executable = [
  `${esbuild} --format=cjs --outfile=dist/app.cjs`,
  `echo '{ "main": "dist/app.cjs", "output": "dist/app.blob", "disableExperimentalSEAWarning": true }' > sea.json`,
  'node --experimental-sea-config sea.json',
  'cp "$(command -v node)" dist/app',
  'postject dist/app NODE_SEA_BLOB dist/app.blob --sentinel-fuse NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2',
].join('\n');

/** What somebody does who knows of no recipe: a bundle, how it is made, and how it is run. */
const TOOLS = [
  ['esbuild, ES module', `${esbuild} --format=esm --outfile=dist/app.mjs`, 'node dist/app.mjs'],
  ['esbuild, CommonJS', `${esbuild} --format=cjs --outfile=dist/app.cjs`, 'node dist/app.cjs'],
  ['esbuild, minified', `${esbuild} --format=esm --minify --outfile=dist/app.mjs`, 'node dist/app.mjs'],
  ['rollup, ES module', `${rollup} -f es -o dist/app.mjs`, 'node dist/app.mjs'],
  ['rollup, CommonJS', `${rollup} -f cjs -o dist/app.cjs`, 'node dist/app.cjs'],
  ['rolldown, ES module', 'rolldown app.mjs --platform node -o dist/app.mjs', 'node dist/app.mjs'],
  [
    'rolldown, minified CommonJS',
    'rolldown app.mjs --platform node -f cjs --minify -o dist/app.cjs',
    'node dist/app.cjs',
  ],
  ['webpack', webpack, 'node dist/app.cjs'],
  [
    'Vite, SSR',
    "echo 'export default { ssr: { noExternal: true } }' > vite.config.mjs; vite build --ssr app.mjs",
    'node dist/app.mjs',
  ],
  ['Bun for Node.js', `${bun} --target=node --outfile=dist/app.mjs`, 'node dist/app.mjs'],
  ['Bun for Bun', `${bun} --target=bun --minify --outfile=dist/app.mjs`, 'bun dist/app.mjs'],
  ['Bun, one file', `${bun} --compile --outfile=dist/app`, 'dist/app'],
  ['Node.js, single executable application', executable, 'dist/app'],
];

/** Bundles that carry nothing, in a folder that has nothing: the fallback, until the environment names a binary. */
export async function plainBundles() {
  for (const [tool, make, run] of TOOLS) {
    await check(`${tool}: bundled without a recipe`, () => {
      const app = makeApp();
      shell(app, make);
      const folder = moveAway(app);
      fallsBack(folder, run, /its code was bundled/);
      runsNatively(folder, run, { ADAMAX_NATIVE: binary });
    });
  }
}
