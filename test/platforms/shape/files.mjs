/** The list of what is published: `files.txt`, in which `<module>` stands for every module of `lib` that is. */
import { readFileSync, writeFileSync } from 'node:fs';
import { emptyFolder, must, root } from '../harness.mjs';

const list = new URL('files.txt', import.meta.url);

/** @returns the paths in the package and its size in bytes, as npm has them */
export function packed() {
  const args = ['pack', '--json', '--dry-run', '--ignore-scripts', '--pack-destination', emptyFolder('pack')];
  const [{ files, size }] = Object.values(JSON.parse(must('npm', args, { cwd: root }).stdout));
  return { files: files.map(({ path }) => path).sort(), size };
}

export function expected() {
  const lines = readFileSync(list, 'utf8').trim().split('\n');
  return lines.flatMap((line) => {
    return line.includes('<module>') ? modules().map((name) => line.replace('<module>', name)) : [line];
  });
}

/** Writes the list anew, from what would be published now; all binaries should be there. */
export function update() {
  const lines = packed().files.map(line);
  writeFileSync(list, `${[...new Set(lines)].sort().join('\n')}\n`);
}

function line(file) {
  const [, before, name, after] = /^(lib\/|dist\/)(.*?)(\.d\.ts\.map|\.d\.ts|\.ts)$/.exec(file) ?? [];
  return modules().includes(name) ? `${before}<module>${after}` : file;
}

/** Those of `internals` are for tests and the bench. */
function modules() {
  const tracked = must('git', ['ls-files', 'lib'], { cwd: root }).stdout.trim().split('\n');
  const names = tracked.filter((file) => file.endsWith('.ts')).map((file) => file.slice('lib/'.length, -'.ts'.length));
  return names.filter((name) => name !== 'internals');
}
