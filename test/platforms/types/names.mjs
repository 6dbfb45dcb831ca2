import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { equal, root } from '../harness.mjs';

/** A name that is made public later must be used, too. */
export function usesEveryName() {
  const program = readFileSync(new URL('use.mts', import.meta.url), 'utf8');
  const names = ['index', 'kernels', 'distribute/index', 'report/index', 'prebuilt'].flatMap((entry) =>
    exported(join(root, 'dist', `${entry}.d.ts`)),
  );
  equal(names.includes('Adamax') && names.includes('sumSquares'), true, 'whether names were found');
  const unused = names.filter((name) => !new RegExp(`\\b${name}\\b`).test(program));
  equal(unused, [], 'public names that the program does not use');
}

/** What a file of declarations exports: by name, by list, or as a namespace. */
function exported(path) {
  const text = readFileSync(path, 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '');
  const lists = [...text.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, list]) => list.split(','));
  const inLists = lists.map((item) =>
    item
      .trim()
      .replace(/^type /, '')
      .split(' as ')
      .at(-1),
  );
  const declared = text.matchAll(/export (?:declare )?(?:abstract )?(?:function|class|const|interface|type) (\w+)/g);
  const namespaces = text.matchAll(/export \* as (\w+)/g);
  return [...inLists, ...[...declared, ...namespaces].map(([, name]) => name)].filter((name) => name !== '');
}
