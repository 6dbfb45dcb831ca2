import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { Isa } from '../backend/backend.js';
import { availableIsa, backend, nativeStatus, threads } from '../backend/choose-backend.js';
import { remedyFor } from '../loading/cause.js';
import { packageFolder, prebuildsFolder } from '../loading/place.js';
import { platformText } from '../loading/platform.js';
import { version } from './version.js';

export interface Info {
  readonly version: string;
  readonly isa: Isa;
  readonly available: readonly Isa[];
  /** Most threads of a step, and those that the machine offers. */
  readonly threads: number;
  readonly cores: number;
  readonly processor: string;
  /** Operating system, architecture, C library, runtime. */
  readonly platform: string;
  /** The file of the addon, and whether its bytes are those that were published; null on the fallback. */
  readonly binary: { readonly path: string; readonly origin: Origin } | null;
  /** Why there is no binary, and what helps; null where there is one, or none was looked for. */
  readonly problem: { readonly reason: string; readonly remedy: string } | null;
}

type Origin = 'as published' | 'not as published' | 'built here' | 'not one of the published binaries';

/** What an issue or a support request should begin with. */
export function info(): Info {
  const folder = packageFolder();
  const isa = backend().isa;
  const status = nativeStatus();
  const loaded = status !== null && 'from' in status ? status.from : null;
  const missing = status !== null && 'reason' in status ? status : null;
  return {
    version: version(),
    isa,
    available: availableIsa(),
    threads: threads(),
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? 'unknown',
    platform: platformText(),
    binary: loaded === null ? null : { path: loaded, origin: originOf(loaded, folder) },
    problem: missing && { reason: missing.reason, remedy: remedyFor(missing.cause, folder) },
  };
}

export function infoText(info: Info): string {
  const { binary, problem } = info;
  const none = problem === null ? 'none was looked for: ADAMAX_ISA is js' : `none: ${problem.reason}`;
  return [
    `adamax ${info.version}`,
    `implementation  ${info.isa}; available: ${info.available.join(', ')}`,
    `binary          ${binary === null ? none : `${binary.path} (${binary.origin})`}`,
    `processor       ${info.processor}, ${info.cores} threads, of which a step uses up to ${info.threads}`,
    `platform        ${info.platform}`,
    ...(problem === null ? [] : ['', problem.remedy]),
    '',
  ].join('\n');
}

/** Compares the file with the list that was published with it. */
function originOf(path: string, folder: string | null): Origin {
  if (folder === null) return 'not one of the published binaries';
  if (dirname(path) === join(folder, 'build', 'Release')) return 'built here';
  const prebuilds = prebuildsFolder();
  const published = publishedFiles(join(prebuilds, 'manifest.json'))?.[relative(prebuilds, path).replaceAll('\\', '/')];
  if (published === undefined) return 'not one of the published binaries';
  const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
  return sha256 === published.sha256 ? 'as published' : 'not as published';
}

function publishedFiles(manifest: string): Manifest['files'] {
  try {
    return (readJson(manifest) as Manifest).files;
  } catch {
    return undefined; // There may be none, or only half of one.
  }
}

/** What prebuilds/manifest.json says of each file. */
interface Manifest {
  readonly files?: Readonly<Record<string, { readonly sha256: string }>>;
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}
