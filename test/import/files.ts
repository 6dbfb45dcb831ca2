/** Files that the real Keras and PyTorch have saved in the midst of a training, and how it went on there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Imported, importKeras, importTorch } from 'adamax/import';
import { decode, readGolden } from '../golden/recorded.js';
import { root } from '../support/process.js';

interface Recording {
  /** The number of steps before the file was saved. */
  readonly saved: number;
  /** Steps after which the parameters were recorded. */
  readonly checkpoints: readonly number[];
  readonly cases: Readonly<Record<string, { readonly files: readonly string[]; readonly p: string }>>;
}

const recordings = { keras: readGolden<Recording>('import-keras'), torch: readGolden<Recording>('import-torch') };

export const { saved, checkpoints } = recordings.keras;

/** The parameters of all variables, one after another, for one checkpoint after another. */
export function recordedFor(file: string): Float32Array {
  const { cases } = recordings[file.endsWith('.safetensors') ? 'torch' : 'keras'];
  const found = Object.values(cases).find(({ files }) => files.includes(file));
  if (found === undefined) throw new Error(`nothing is recorded for ${file}`);
  return decode(found.p);
}

export const pathOf = (file: string) => join(root, 'test', 'golden', 'import', file);
export const bytesOf = (file: string) => readFileSync(pathOf(file));

/** As Keras lists them for the recorded model. */
export const TRAINABLE = [
  'net/hidden/kernel',
  'net/hidden/bias',
  'net/bn/gamma',
  'net/bn/beta',
  'net/out/kernel',
  'net/out/bias',
];

const known = new Map<string, Promise<Imported>>();

/** Each file is read once. */
export function imported(file: string): Promise<Imported> {
  const found = known.get(file) ?? importOf(file);
  known.set(file, found);
  return found;
}

function importOf(file: string): Promise<Imported> {
  if (file.endsWith('.safetensors')) return importTorch(pathOf(file));
  const options = file.endsWith('.weights.h5') ? { optimizer: 'Adamax', trainable: TRAINABLE } : {};
  return importKeras(pathOf(file), options);
}
