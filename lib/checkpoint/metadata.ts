/** What a saved state says of itself, as strings, which is all that a file has room for. */
import { describe, rangeError } from '../arguments/errors.js';
import { digestOfText } from '../backend/digest.js';
import { statesOf } from '../optimizers/optimizer-state.js';
import { functionsOf, savedFormOf } from './content/config.js';
import type { Part } from './content/content.js';
import { EXTRA } from './content/extra.js';
import { type Json, textOfJson } from './content/json.js';
import type { Picture, PictureTensor } from './content/picture.js';
import { fingerprintOf, lineOf } from './fingerprint.js';
import { damaged } from './format/damage.js';
import type { FileTensor, Metadata } from './format/header.js';

/** What the metadata of a saved state have as `format`. */
export const FORMAT = 'adamax';
const VERSION = 1;
/** More than `extra` may be nested when it is saved. */
const DEEPEST = 200;
/** As long as a digest. */
const NONE = '0'.repeat(32);

/** An optimizer as it was saved. */
export interface SavedOptimizer {
  /** The class, by the name under which `optimizers.deserialize` finds it. */
  readonly class_name: string;
  /** What `getConfig` gave when it was saved. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** What a file says of the step: that of the optimizer which has made the most. Null where there is none. */
export function stepOfParts(parts: readonly Part[]): number | null {
  if (parts.length === 0) return null;
  return Math.max(...parts.map(({ optimizer }) => statesOf(optimizer).counter.get()));
}

/**
 * @returns the metadata before anything is written, with room for the digests
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, RangeError `ERR_ADAMAX_ARG_VALUE` for what JSON does not hold
 */
export function metadataBefore(parts: readonly Part[], json: Picture['json']): Record<string, string> {
  const metadata: Record<string, string> = { format: FORMAT, version: `${VERSION}` };
  if (parts.length > 0) {
    metadata.step = `${stepOfParts(parts)}`;
    const saved = parts.map(({ name, optimizer }) => [name, savedFormOf(optimizer)] as const);
    const [key, value] =
      saved[0][0] === null ? ['optimizer', saved[0][1]] : (['optimizers', Object.fromEntries(saved)] as const);
    metadata[key] = textOfJson(`config of ${key}`, value);
    const functions = parts.map(({ name, optimizer }) => [name ?? '', functionsOf(optimizer)] as const);
    const some = functions.filter(([, options]) => options.length > 0);
    if (some.length > 0) metadata.functions = JSON.stringify(Object.fromEntries(some));
  }
  for (const [key, value] of Object.entries(json)) {
    if (Object.keys(value).length > 0) metadata[key] = textOfJson(key, value);
  }
  return { ...metadata, fingerprint: NONE, hash: NONE };
}

/** The same with digests in their places. @param digests - of the tensors, in their order */
export function metadataAfter(
  before: Metadata,
  tensors: readonly (PictureTensor & FileTensor)[],
  digests: readonly string[],
): Metadata {
  const ofState = tensors
    .map(({ canonical, dtype, shape }, i) => [canonical, { dtype, shape }, digests[i]] as const)
    .filter(([key]) => !key.startsWith(EXTRA));
  const metadata = { ...before, fingerprint: fingerprintOf(ofState) };
  return { ...metadata, hash: hashOf(metadata, tensors, digests) };
}

/** A digest of everything in a file but itself. */
export function hashOf(metadata: Metadata, tensors: readonly FileTensor[], digests: readonly string[]): string {
  const words = Object.keys(metadata)
    .filter((key) => key !== 'hash')
    .sort()
    .map((key) => JSON.stringify([key, metadata[key]]));
  const lines = tensors.map(({ key, dtype, shape }, i) => lineOf(key, dtype, shape, digests[i]));
  return digestOfText([...words, '', ...lines].join('\n'));
}

/** What metadata say, where this package has written them. */
export interface Said {
  readonly step: number | null;
  /** By name; the only one under the empty one. */
  readonly optimizers: ReadonlyMap<string, SavedOptimizer>;
  /** Options of optimizers, by the same names, that were functions. */
  readonly functions: ReadonlyMap<string, readonly string[]>;
  readonly extra: Record<string, Json>;
  /** What tensors that `keys` renamed are called here, by their names in the file. */
  readonly keys: ReadonlyMap<string, string>;
  readonly fingerprint: string | null;
  /** Null where nothing tells whether the file is what was written. */
  readonly hash: string | null;
}

/**
 * @throws RangeError `ERR_ADAMAX_CHECKPOINT` for what is damaged, or of a later version. Metadata of others say nothing
 */
export function readMetadata(file: string, metadata: Metadata): Said {
  const optimizers = new Map<string, SavedOptimizer>();
  const [keys, functions] = [new Map<string, string>(), new Map<string, readonly string[]>()];
  if (!isOurs(metadata)) {
    return { step: null, optimizers, functions, extra: {}, keys, fingerprint: null, hash: null };
  }
  const { format, hash, fingerprint } = metadata;
  if (format !== FORMAT) throw damaged(file, `metadata 'format' must be '${FORMAT}', as`, format);
  for (const [key, digest] of Object.entries({ hash, fingerprint })) {
    if (!isDigest(digest)) throw damaged(file, `metadata '${key}' must be a digest, as`, digest);
  }
  if (metadata.version !== `${VERSION}`) {
    const expected = `version of ${file} must be ${VERSION}, which this version of adamax reads`;
    throw rangeError('ERR_ADAMAX_CHECKPOINT', `${expected}: received ${describe(metadata.version)}`);
  }
  if (metadata.optimizer !== undefined) optimizers.set('', savedOptimizer(file, parsed(file, 'optimizer', metadata)));
  if (metadata.optimizers !== undefined) {
    for (const [name, saved] of Object.entries(parsed(file, 'optimizers', metadata))) {
      optimizers.set(name, savedOptimizer(file, saved));
    }
  }
  return {
    step: metadata.step === undefined ? null : stepOf(file, metadata.step),
    optimizers,
    extra: metadata.extra === undefined ? {} : (parsed(file, 'extra', metadata) as Record<string, Json>),
    keys: metadata.keys === undefined ? keys : keysOf(file, parsed(file, 'keys', metadata)),
    functions: metadata.functions === undefined ? functions : functionsIn(file, parsed(file, 'functions', metadata)),
    fingerprint,
    hash,
  };
}

function keysOf(file: string, renamed: object): Map<string, string> {
  const keys = new Map<string, string>();
  for (const [key, canonical] of Object.entries(renamed)) {
    if (typeof canonical !== 'string') throw damaged(file, `metadata 'keys' must be names by name, as`, canonical);
    keys.set(key, canonical);
  }
  if (new Set(keys.values()).size === keys.size) return keys;
  throw damaged(file, `metadata 'keys' must have each name once, as`, renamed);
}

function functionsIn(file: string, said: object): Map<string, readonly string[]> {
  const functions = new Map<string, readonly string[]>();
  for (const [name, options] of Object.entries(said)) {
    if (!Array.isArray(options) || !options.every((option) => typeof option === 'string')) {
      throw damaged(file, "metadata 'functions' must be names of options, as", options);
    }
    functions.set(name, options);
  }
  return functions;
}

/** Two marks tell, so that a file whose one is damaged is not taken for one of others, which have no digest. */
function isOurs({ format, hash, fingerprint }: Metadata): boolean {
  return format === FORMAT || (isDigest(hash) && isDigest(fingerprint));
}

function isDigest(text: string | undefined): boolean {
  return text !== undefined && /^[0-9a-f]{32}$/.test(text);
}

function parsed(file: string, key: string, metadata: Metadata): object {
  let value: unknown;
  try {
    value = JSON.parse(metadata[key]);
  } catch {
    throw damaged(file, `metadata '${key}' must be JSON, as`, metadata[key]);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw damaged(file, `metadata '${key}' must be an object, as`, value);
  }
  checkDepth(file, `metadata '${key}'`, value);
  return value;
}

/**
 * What is nested without a bound would exhaust the stack of whoever walks through it.
 * @throws RangeError `ERR_ADAMAX_CHECKPOINT`
 */
export function checkDepth(file: string, what: string, value: unknown): void {
  if (isDeeper(value, DEEPEST)) throw damaged(file, `${what} must be nested at most ${DEEPEST} deep, as`, value);
}

function isDeeper(value: unknown, most: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return most === 0 || Object.values(value).some((item) => isDeeper(item, most - 1));
}

function savedOptimizer(file: string, saved: unknown): SavedOptimizer {
  const { class_name, config } = Object(saved) as Partial<SavedOptimizer>;
  if (typeof class_name !== 'string' || typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw damaged(file, "metadata 'optimizer' must be { class_name, config }, as", saved);
  }
  return { class_name, config };
}

function stepOf(file: string, text: string): number {
  const step = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(step))
    throw damaged(file, "metadata 'step' must be a count, as", text);
  return step;
}
