import { fs } from '../memory/node-modules.js';
import { interpreterOf } from './elf.js';

export type Libc = 'glibc' | 'musl';

/** The C library of this process; undefined elsewhere than on Linux, and where nothing can be read. */
export function libcOf(): Libc | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    // A program for musl asks for the loader of musl, on whatever distribution it runs.
    const interpreter = interpreterOf(process.execPath);
    if (interpreter !== undefined) return interpreter.includes('musl') ? 'musl' : 'glibc';
  } catch {
    // The program may not be there any more, or may not be read.
  }
  try {
    return fs.existsSync('/etc/alpine-release') ? 'musl' : 'glibc';
  } catch (error) {
    // Deno throws where a program may not read, and would ask for more to make a report.
    return (error as { code?: unknown }).code === 'ERR_ACCESS_DENIED' ? reportedLibc() : undefined;
  }
}

/** What Node itself knows, which takes longer, and needs no permission. */
function reportedLibc(): Libc | undefined {
  try {
    const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
    return header.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
  } catch {
    return undefined;
  }
}

/** `linux, x64, glibc, Node.js 22.22.3`: what decides which binary fits. */
export function platformText(): string {
  const { bun, deno, electron, node } = process.versions;
  const runtime = Object.entries({ Bun: bun, Deno: deno, Electron: electron }).find(([, version]) => version);
  const parts = [process.platform, process.arch, libcOf(), runtime?.join(' '), `Node.js ${node}`];
  return parts.filter((part) => part !== undefined).join(', ');
}
