import { fs, path } from '../memory/node-modules.js';

/**
 * The folder of this package; null where its code was bundled into a file of somebody else's.
 * @throws Error where the process may not look
 */
export function findPackage(): string | null {
  // As an ES module that a bundler has made, it has no such name; and some bundlers put another folder in its place.
  if (typeof __dirname !== 'string') return null;
  const folder = path.dirname(__dirname);
  try {
    return JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')).name === 'adamax' ? folder : null;
  } catch (error) {
    const isThere = !['ENOENT', 'ENOTDIR'].includes((error as { code: string }).code);
    if (isThere && !(error instanceof SyntaxError)) throw error;
    return null;
  }
}

/** As `findPackage`; null, too, where the process may not look. */
export function packageFolder(): string | null {
  try {
    return findPackage();
  } catch {
    return null;
  }
}

/**
 * Where prebuilt binaries lie. It is put together in a way that tools which trace files understand, as those of
 * serverless hosts do: they take the folder along.
 */
export function prebuildsFolder(): string {
  return typeof __dirname === 'string' ? path.normalize(`${__dirname}/../prebuilds`) : '';
}

/** Whether the package is a checkout, and not what is published. */
export function isCheckout(folder: string): boolean {
  return fs.existsSync(path.join(folder, 'tools', 'setup.mjs'));
}
