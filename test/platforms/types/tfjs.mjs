import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { check, installed, must, root } from '../harness.mjs';

const compilers = { typescript50: '5.0', typescript56: '5.6', typescript59: '5.9', typescript7: '7.0' };

/**
 * `adamax/tfjs` beside the declarations of TensorFlow.js, which the rest of the package has been compiled without. They do
 * not pass every compiler themselves, and know a browser.
 */
export async function compilesTfjs(modules) {
  const folder = installed('types-tfjs');
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  symlinkSync(join(root, 'node_modules', '@tensorflow'), join(folder, 'node_modules', '@tensorflow'), 'junction');
  copyFileSync(new URL('use-tfjs.mts', import.meta.url), join(folder, 'use.mts'));
  for (const [compiler, version] of Object.entries(compilers)) {
    await check(`adamax/tfjs with TensorFlow.js, TypeScript ${version}`, () => {
      const compilerOptions = {
        module: 'nodenext',
        target: 'es2022',
        lib: ['es2022', 'dom'],
        strict: true,
        exactOptionalPropertyTypes: true,
        noEmit: true,
        skipLibCheck: true,
        types: [],
      };
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['use.mts'] }));
      must(process.execPath, [join(modules, compiler, 'bin', 'tsc'), '--project', join(folder, 'tsconfig.json')], {
        cwd: folder,
      });
    });
  }
}
