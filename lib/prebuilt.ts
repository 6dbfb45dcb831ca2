/**
 * `adamax/prebuilt`: `adamax` for bundlers that carry native files along. They follow a `require` only where it names
 * the file, so that every binary is named. docs/bundlers.md says which tool needs what.
 *
 * @module adamax/prebuilt
 */
import { carry } from './loading/candidates.js';
import { libcOf } from './loading/platform.js';

carry(() => {
  switch ([process.platform, process.arch, libcOf()].join(' ').trim()) {
    case 'linux x64 glibc':
      return require('../prebuilds/linux-x64/adamax.glibc.node');
    case 'linux x64 musl':
      return require('../prebuilds/linux-x64/adamax.musl.node');
    case 'linux arm64 glibc':
      return require('../prebuilds/linux-arm64/adamax.glibc.node');
    case 'linux arm64 musl':
      return require('../prebuilds/linux-arm64/adamax.musl.node');
    case 'darwin x64':
      return require('../prebuilds/darwin-x64/adamax.node');
    case 'darwin arm64':
      return require('../prebuilds/darwin-arm64/adamax.node');
    case 'win32 x64':
      return require('../prebuilds/win32-x64/adamax.node');
    case 'win32 arm64':
      return require('../prebuilds/win32-arm64/adamax.node');
  }
  throw new Error('No native build was found');
});

export * from './index.js';
