/**
 * Writes compile_commands.json, by which clangd and clang-tidy know how each C++ source is compiled: kernels, runtime
 * and binding as CMake builds the addon, test/native as it builds the C++ tests. Nothing is compiled.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const work = join(root, 'build-clangd');
/** CMake knows the commands of make and Ninja only, and make is what it takes by itself elsewhere. */
const GENERATOR = process.platform === 'win32' ? ['-G', 'Ninja'] : [];
const EXPORT = 'CMAKE_EXPORT_COMPILE_COMMANDS=ON';

rmSync(work, { recursive: true, force: true });
const commands = [...addonCommands(join(work, 'addon')), ...testCommands(join(work, 'tests'))];
// The tests compile kernels and runtime a second time, and some files for each program: a file has one command here.
const first = commands.filter(({ file }, i) => commands.findIndex((other) => other.file === file) === i);
writeFileSync(join(root, 'compile_commands.json'), `${JSON.stringify(first, null, 2)}\n`);
process.stderr.write(`adamax: compile_commands.json says how ${first.length} files are compiled\n`);

function addonCommands(folder) {
  const cmakeJs = join(root, 'node_modules', 'cmake-js', 'bin', 'cmake-js');
  const args = ['configure', ...GENERATOR, '--out', folder, '--log-level', 'error', `--CD${EXPORT}`];
  return configure(folder, process.execPath, [cmakeJs, ...args]);
}

function testCommands(folder) {
  return configure(folder, 'cmake', [...GENERATOR, '-S', root, '-B', folder, `-D${EXPORT}`]);
}

/** @returns the commands that a build in `folder` would run */
function configure(folder, command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  if (status === 0) return JSON.parse(readFileSync(join(folder, 'compile_commands.json'), 'utf8'));
  process.stderr.write(`${stdout ?? ''}${stderr ?? ''}${error ?? ''}\nadamax: CMake could not configure ${folder}\n`);
  process.exit(1);
}
