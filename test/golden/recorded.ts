import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../support/process.js';

/** A file of test/golden. */
export function readGolden<Content>(name: string): Content {
  return JSON.parse(readFileSync(join(root, 'test', 'golden', `${name}.json`), 'utf8')) as Content;
}

/**
 * A trajectory as make_golden.py wrote it; the numbers are those of all checkpoints and variables, one after another.
 */
export interface Recorded {
  /** A key of `inputs` in inputs.json. */
  readonly inputs: string;
  /** `get_config()` of the optimizer. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly p: Float32Array;
  readonly m: Float32Array;
  readonly v: Float32Array;
}

interface Trajectories {
  readonly versions: Readonly<Record<string, string>>;
  readonly cases: Readonly<Record<string, Record<'p' | 'm' | 'v', string> & Pick<Recorded, 'inputs' | 'config'>>>;
}

export function readTrajectories(name: string): Readonly<Record<string, Recorded>> {
  const { cases } = readGolden<Trajectories>(name);
  const decoded = Object.entries(cases).map(([key, { inputs, config, p, m, v }]) => {
    return [key, { inputs, config, p: decode(p), m: decode(m), v: decode(v) }] as const;
  });
  return Object.fromEntries(decoded);
}

/** Base64 of little-endian float32. */
export function decode(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
}
