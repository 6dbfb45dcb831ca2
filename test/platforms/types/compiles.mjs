import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { check, installed, must } from '../harness.mjs';

/** Compilers as the package names of this part, and what they call ways to find a module; the last came and went. */
const compilers = { typescript50: '5.0', typescript56: '5.6', typescript59: '5.9', typescript7: '7.0' };
const resolutions = [
  { module: 'nodenext', files: ['use.mts', 'use.cts'] },
  { module: 'node16', files: ['use.mts', 'use.cts'] },
  { module: 'esnext', moduleResolution: 'bundler', files: ['use.ts'] },
  { module: 'commonjs', moduleResolution: 'node10', files: ['use.ts'], until: 'typescript59' },
];

/** Nothing but the package is in the way of the compiler: no types of Node, and no leave to skip declarations. */
export async function compiles(modules) {
  const folder = installed('types');
  const source = readFileSync(new URL('use.mts', import.meta.url));
  for (const name of ['use.mts', 'use.cts', 'use.ts']) writeFileSync(join(folder, name), source);
  for (const [compiler, version] of Object.entries(compilers)) {
    const tsc = join(modules, compiler, 'bin', 'tsc');
    for (const { files, until = compiler, ...how } of resolutions) {
      if (compiler > until) continue;
      const strictly = {
        target: 'es2022',
        lib: ['es2022'],
        strict: true,
        noEmit: true,
        skipLibCheck: false,
        types: [],
      };
      const title = `TypeScript ${version}, ${Object.values(how).join(' and ')}`;
      await check(title, () => {
        const project = join(folder, 'tsconfig.json');
        writeFileSync(project, JSON.stringify({ compilerOptions: { ...how, ...strictly }, files }));
        must(process.execPath, [tsc, '--project', project], { cwd: folder });
      });
    }
  }
}
