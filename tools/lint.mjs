/**
 * Formatters and linters of TypeScript (Biome) and C++ (clang-format, clang-tidy).
 *
 *   npm run lint      checks
 *   npm run format    rewrites what can be rewritten
 *
 * They are installed in tools/lint, at the first call.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findMpi } from '../native/mpi/find-mpi.mjs';
import { nodeDirectory } from '../native/node-directory.mjs';
import { install } from './install.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const home = join(root, 'tools', 'lint');
const fix = process.argv.includes('--fix');
const mpi = findMpi();
let failures = 0;

install(home, 'formatters and linters (in tools/lint, 500 MB)');
check('Biome', 'biome', ['check', ...(fix ? ['--write'] : []), '--error-on-warnings', root]);
const cpp = tracked('*.cc', '*.h');
check('clang-format', 'clang-format', fix ? ['-i', ...cpp] : ['--dry-run', '--Werror', ...cpp]);
if (!fix) check('clang-tidy', 'clang-tidy', ['--quiet', ...cpp.filter(tidied), '--', ...compileFlags()]);
if (mpi === null) process.stdout.write('clang-tidy: native/mpi is left out: there are no headers of MPI\n');
process.exit(failures === 0 ? 0 : 1);

function check(title, command, args) {
  const binary = join(home, 'node_modules', '.bin', command);
  const result = spawnSync(binary, args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (result.status === 0) {
    process.stdout.write(`${title}: ok\n`);
  } else {
    process.stdout.write(`${title}: failed\n${result.stdout}${result.stderr}${result.error ?? ''}\n`);
    failures++;
  }
}

/** Sources that git knows, or would take in. */
function tracked(...patterns) {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...patterns];
  const files = execFileSync('git', args, { cwd: root, encoding: 'utf8' });
  return files.split('\n').filter((file) => file !== '' && existsSync(join(root, file)));
}

/**
 * Headers are seen through what includes them. clang-tidy's package has no intrinsics headers of its own and cannot
 * read GCC's, so the three vocabularies are left out; the algorithms over them are all seen through portable.cc.
 */
function tidied(file) {
  if (mpi === null && file.startsWith('native/mpi/')) return false;
  return file.startsWith('native/') && file.endsWith('.cc') && !/kernels\/(avx2|avx512|neon)\.cc$/.test(file);
}

function compileFlags() {
  const headers = nodeDirectory(root);
  const builtin = execFileSync('g++', ['-print-file-name=include'], { encoding: 'utf8' }).trim();
  const addonApi = createRequire(join(root, 'package.json'))('node-addon-api').include_dir;
  const mpiHeaders = (mpi?.compile ?? []).filter((flag) => flag.startsWith('-I')).map((flag) => flag.slice(2));
  const systemHeaders = [join(headers, 'include', 'node'), join(root, addonApi), builtin, ...mpiHeaders];
  return [
    ...['-std=c++17', '-xc++', `-I${join(root, 'native')}`],
    ...['-DNAPI_VERSION=8', '-DNAPI_DISABLE_CPP_EXCEPTIONS', '-DNODE_GYP_MODULE_NAME=adamax', '-DOMPI_SKIP_MPICXX=1'],
    ...systemHeaders.flatMap((directory) => ['-isystem', directory]),
  ];
}
