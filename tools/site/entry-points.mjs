import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What can be imported of the package, by its `exports`: the file of lib/ that each was compiled from, and its name,
 * such as `adamax/kernels`.
 * @param root - the repository
 */
export function entryPoints(root) {
  const { name, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return Object.entries(exports)
    .filter(([, target]) => typeof target === 'object' && target.types !== undefined)
    .map(([subpath, { types }]) => {
      const source = types.replace(/^\.\/dist\//, 'lib/').replace(/\.d\.ts$/, '.ts');
      if (!existsSync(join(root, source)))
        throw new Error(`${subpath} of package.json must be compiled from ${source}`);
      return { source, name: `${name}${subpath.slice(1)}` };
    });
}
