/** The binaries of a complete package, by their paths in it. */
export const binaries = [
  'prebuilds/darwin-arm64/adamax.node',
  'prebuilds/darwin-x64/adamax.node',
  'prebuilds/linux-arm64/adamax.glibc.node',
  'prebuilds/linux-arm64/adamax.musl.node',
  'prebuilds/linux-x64/adamax.glibc.node',
  'prebuilds/linux-x64/adamax.musl.node',
  'prebuilds/win32-arm64/adamax.node',
  'prebuilds/win32-x64/adamax.node',
];
