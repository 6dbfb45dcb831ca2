/** The addon for linux-arm64: the prebuilt one, if there is one, else what Debian's cross compiler makes. */
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { emptyFolder, must, need, root } from '../harness.mjs';

/** @returns a folder that `ADAMAX_PREBUILD` takes the addon from */
export function arm64Addon() {
  const prebuilt = join(root, 'prebuilds', 'linux-arm64', 'adamax.glibc.node');
  if (!existsSync(prebuilt)) return built();
  process.stdout.write('the addon is prebuilds/linux-arm64/adamax.glibc.node\n');
  const folder = emptyFolder('arm64-addon');
  const release = join(folder, 'build', 'Release');
  mkdirSync(release, { recursive: true });
  cpSync(prebuilt, join(release, 'adamax.node'));
  return folder;
}

function built() {
  need('cmake', 'cmake');
  need('make', 'make');
  process.stdout.write('building the addon by the cross compiler\n');
  const folder = join(root, 'build-arm64');
  const cmakeJs = join(root, 'node_modules', 'cmake-js', 'bin', 'cmake-js');
  const toolchain = join(root, '.ci', 'aarch64.cmake');
  const args = ['rebuild', '--arch', 'arm64', '--log-level', 'error', '--out', join(folder, 'build')];
  must(process.execPath, [cmakeJs, ...args, `--CDCMAKE_TOOLCHAIN_FILE=${toolchain}`], { cwd: root });
  return folder;
}
