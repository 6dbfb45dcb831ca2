import { reading, type Source } from '../checkpoint/files/medium.js';
import { type FileDtype, WIDTHS } from '../checkpoint/format/dtype.js';
import type { FileTensor, Metadata } from '../checkpoint/format/header.js';
import type { SavedOptimizer } from '../checkpoint/metadata.js';
import { damageOf, digestsIn, openState } from '../checkpoint/read.js';
import { atOnce, type Work } from '../files/eventually.js';
import { atOnceFiles } from '../files/file-system.js';
import { READERS, viewOf } from './elements.js';
import { list, shapeText, short, table } from './text.js';

/** What can be said of a tensor in a line. */
export interface Summary {
  readonly key: string;
  readonly dtype: FileDtype;
  readonly shape: readonly number[];
  readonly elements: number;
  /** Of the elements that are finite, in float64: the root of the sum of their squares, and the largest magnitude. */
  readonly norm: number;
  readonly largest: number;
  readonly nan: number;
  readonly infinite: number;
}

export interface Inspection {
  readonly bytes: number;
  readonly step: number | null;
  readonly optimizers: Readonly<Record<string, SavedOptimizer>>;
  /** Options that were functions, by the same names. */
  readonly functions: Readonly<Record<string, readonly string[]>>;
  readonly extra: Readonly<Record<string, unknown>>;
  readonly fingerprint: string | null;
  /** Whether the file is what was written; null where nothing tells. */
  readonly digest: 'fits' | 'damaged' | null;
  readonly metadata: Metadata;
  readonly tensors: readonly Summary[];
}

/** What is in a file, and why that is not what was written, if so. */
export interface Found {
  readonly inspection: Inspection;
  readonly damage: Error | null;
}

/** Reads a file once, piece by piece. @throws as `inspect` of `adamax/checkpoint` */
export function inspect(path: string): Found {
  return atOnce(reading(atOnceFiles, path, inspecting));
}

function* inspecting(source: Source): Work<Found> {
  const state = yield* openState(source);
  const { step, extra, fingerprint, hash } = state.said;
  const [optimizers, functions] = [Object.fromEntries(state.said.optimizers), Object.fromEntries(state.said.functions)];
  const tensors: Summary[] = [];
  let sums = new Sums();
  const digests = yield* digestsIn(state, {
    take(tensor, part, at) {
      sums.add(part, tensor.dtype);
      if (at + part.length < tensor.end - tensor.begin) return;
      tensors.push(sums.summaryOf(tensor));
      sums = new Sums();
    },
  });
  const damage = damageOf(state, digests);
  const digest = hash === null ? null : damage === null ? 'fits' : 'damaged';
  const { metadata } = state.header;
  const bytes = source.size;
  return { inspection: { bytes, step, optimizers, functions, extra, fingerprint, digest, metadata, tensors }, damage };
}

/** What is summed up of a tensor, part by part. */
class Sums {
  #squares = 0;
  #largest = 0;
  #nan = 0;
  #infinite = 0;

  add(part: Uint8Array, dtype: FileDtype): void {
    const [read, width, view] = [READERS[dtype], WIDTHS[dtype], viewOf(part)];
    let [squares, largest, nan, infinite] = [this.#squares, this.#largest, 0, 0];
    for (let at = 0; at < part.length; at += width) {
      const magnitude = Math.abs(Number(read(view, at)));
      if (Number.isFinite(magnitude)) {
        squares += magnitude * magnitude;
        if (magnitude > largest) largest = magnitude;
      } else if (magnitude === Infinity) infinite++;
      else nan++;
    }
    this.#squares = squares;
    this.#largest = largest;
    this.#nan += nan;
    this.#infinite += infinite;
  }

  summaryOf({ key, dtype, shape, begin, end }: FileTensor): Summary {
    const counts = { elements: (end - begin) / WIDTHS[dtype], nan: this.#nan, infinite: this.#infinite };
    return { key, dtype, shape, ...counts, norm: Math.sqrt(this.#squares), largest: this.#largest };
  }
}

export function inspectionText(inspection: Inspection): string {
  const { tensors, step, optimizers, functions, extra, fingerprint, digest, metadata, bytes } = inspection;
  const head = ['tensor', 'dtype', 'shape', 'elements', 'l2 norm', 'largest', 'NaN', 'Inf'];
  const rows = tensors.map(({ key, dtype, shape, elements, norm, largest, nan, infinite }) => {
    return [key, dtype, shapeText(shape), `${elements}`, short(norm), short(largest), `${nan}`, `${infinite}`];
  });
  const entries: [string, string][] = [['step', `${step ?? 'unknown'}`]];
  for (const [name, { class_name, config }] of Object.entries(optimizers)) {
    entries.push([name === '' ? 'optimizer' : `optimizers.${name}`, class_name]);
    for (const [key, value] of Object.entries(config)) entries.push([`  ${key}`, JSON.stringify(value)]);
    // The config has the number that each gave last.
    if (Object.hasOwn(functions, name)) entries.push(['  were functions', functions[name].join(', ')]);
  }
  for (const [name, value] of Object.entries(extra)) entries.push([`extra.${name}`, JSON.stringify(value)]);
  // What a file of others says is all there is to know of it.
  if (fingerprint === null)
    for (const [key, value] of Object.entries(metadata)) entries.push([`metadata.${key}`, value]);
  entries.push(['fingerprint', fingerprint ?? 'none'], ['digest', digest ?? 'none'], ['bytes', `${bytes}`]);
  const lines = table([head, ...rows], [false, false, false, true, true, true, true, true]);
  return [...lines, '', ...list(entries), ''].join('\n');
}
