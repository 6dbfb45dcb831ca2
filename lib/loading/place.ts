import { fs, path } from '../memory/node-modules.js';

/** The folder of this package; null where its code was bundled into a file of somebody else's, or may not look. */
export function packageFolder(): string | null {
  try {
    // As an ES module that a bundler has made, it has no such name; and some bundlers put another folder in its place.
    const folder = typeof __dirname === 'string' ? path.dirname(__dirname) : null;
    if (folder === null || !fs.existsSync(path.join(folder, 'dist', 'adamax.js'))) return null;
    return JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')).name === 'adamax' ? folder : null;
  } catch {
    return null;
  }
}

/**
 * Where prebuilt binaries lie. It is put together in a way that tools which trace files understand, as those of serverless
 * hosts do: they take the folder along.
 */
export function prebuildsFolder(): string {
  return typeof __dirname === 'string' ? path.normalize(`${__dirname}/../prebuilds`) : '';
}

/** Whether the package is a checkout, and not what is published. */
export function isCheckout(folder: string): boolean {
  return fs.existsSync(path.join(folder, 'tools', 'setup.mjs'));
}
