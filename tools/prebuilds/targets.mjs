/** The eight binaries that are published, and how the compiler is told of each. */
import { fileURLToPath } from 'node:url';

/**
 * What Node.js looks for in an addon: nothing else is exported, so that nothing meets what other addons bring along.
 */
export const ENTRY_POINTS = ['napi_register_module_v1', 'node_api_module_get_api_version_v1'];

/** Node.js 20 itself needs this version of glibc (its BUILDING.md), so that the addon is never what does not load. */
export const GLIBC = '2.28';

/** The oldest macOS that Node.js 20 runs on. */
export const MACOS = '11.0';

const versionScript = fileURLToPath(new URL('exports.map', import.meta.url));
const LINK = {
  linux: [`-Wl,--version-script=${versionScript}`],
  // Without a name of its own a library is given the path it was linked at.
  darwin: ['-undefined', 'dynamic_lookup', '-Wl,-install_name,adamax.node', '-Wl,-dead_strip'],
  win32: [],
};

export const TARGETS = [
  target('linux-x64/adamax.glibc.node', `x86_64-linux-gnu.${GLIBC}`),
  target('linux-x64/adamax.musl.node', 'x86_64-linux-musl'),
  target('linux-arm64/adamax.glibc.node', `aarch64-linux-gnu.${GLIBC}`),
  target('linux-arm64/adamax.musl.node', 'aarch64-linux-musl'),
  target('win32-x64/adamax.node', 'x86_64-windows-gnu'),
  target('win32-arm64/adamax.node', 'aarch64-windows-gnu'),
  target('darwin-x64/adamax.node', `x86_64-macos.${MACOS}`),
  target('darwin-arm64/adamax.node', `aarch64-macos.${MACOS}`),
];

/**
 * @param file - in prebuilds/, named as prebuildify names it
 * @param triple - as zig has it; with it the baseline of the ABI is chosen, which `-march` chooses elsewhere
 */
function target(file, triple) {
  const [, platform, arch, libc] = file.match(/^(\w+)-(\w+)\/adamax\.(?:(\w+)\.)?node$/);
  // Symbols for debuggers, which zig makes unless told not to, would be taken out again.
  const compile = ['-target', triple, '-mcpu=baseline', '-g0'];
  // zig turns off by name what the baseline has not, and 512 bits would stay off where the source opens AVX-512. As
  // -mevex512 the compiler would take it for another processor, and compile the C++ library once more.
  if (arch === 'x64') compile.push('-Xclang', '-target-feature', '-Xclang', '+evex512');
  return { file, platform, arch, libc, compile, link: ['-s', ...LINK[platform]] };
}
