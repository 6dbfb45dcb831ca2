import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { recipe } from './recipe.mjs';
import { run } from './run.mjs';

/** Builds for macOS and Windows as node-gyp does for Linux: each source for itself, and then all into one. */
export async function buildByHand({ root, folder, target, wrapper, log, env }) {
  const { sources, flags } = recipe(root);
  if (target.platform === 'darwin') {
    sources.push('tools/prebuilds/new-delete.cc');
    flags.push('-fvisibility-global-new-delete=force-hidden');
  }
  const options = { cwd: root, env, log };
  const objects = sources.map((_, i) => join(folder, `${i}.o`));
  const waiting = sources.map((source, i) => ['-c', ...flags, source, '-o', objects[i]]);
  const worker = async () => {
    for (let args = waiting.shift(); args !== undefined; args = waiting.shift()) await run(wrapper, args, options);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  if (target.platform === 'win32') {
    const list = join(folder, 'imports.h');
    writeFileSync(
      list,
      importsOf(objects)
        .map((name) => `IMPORT(${name})\n`)
        .join(''),
    );
    objects.push(join(folder, 'imports.o'));
    await run(
      wrapper,
      ['-c', '-O3', `-DLIST="${list}"`, join('tools', 'prebuilds', 'imports.cc'), '-o', objects.at(-1)],
      options,
    );
  }
  const built = join(folder, 'adamax.node');
  await run(wrapper, ['-shared', '-O3', ...objects, '-o', built], options);
  return built;
}

/** The functions of Node-API that objects for Windows take, each by a pointer whose name begins with `__imp_`. */
function importsOf(objects) {
  const text = objects.map((object) => readFileSync(object, 'latin1')).join('\0');
  return [...new Set([...text.matchAll(/__imp_((?:napi|node_api)_\w+)/g)].map(([, name]) => name))].sort();
}
