import { reading, type Source } from '../checkpoint/files/medium.js';
import { type FileDtype, WIDTHS } from '../checkpoint/format/dtype.js';
import type { FileTensor, Metadata } from '../checkpoint/format/header.js';
import type { SavedOptimizer } from '../checkpoint/metadata.js';
import { readTensor, STAGE } from '../checkpoint/pieces.js';
import { type OpenState, openState } from '../checkpoint/read.js';
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
  readonly extra: Readonly<Record<string, unknown>>;
  readonly fingerprint: string | null;
  readonly metadata: Metadata;
  readonly tensors: readonly Summary[];
}

/** Reads a file once, piece by piece. @throws as `inspect` of `adamax/checkpoint` */
export function inspection(path: string): Inspection {
  return atOnce(reading(atOnceFiles, path, inspecting));
}

function* inspecting(source: Source): Work<Inspection> {
  const state = yield* openState(source);
  const { step, extra, fingerprint, optimizers } = state.said;
  const stage = new Uint8Array(STAGE);
  const tensors: Summary[] = [];
  for (const tensor of state.header.tensors) tensors.push(yield* summaryOf(state, tensor, stage));
  const { metadata } = state.header;
  const configs = Object.fromEntries(optimizers);
  return { bytes: source.size, step, optimizers: configs, extra, fingerprint, metadata, tensors };
}

function* summaryOf(state: OpenState, tensor: FileTensor, stage: Uint8Array): Work<Summary> {
  const { key, dtype, shape, begin, end } = tensor;
  const [read, width] = [READERS[dtype], WIDTHS[dtype]];
  let [squares, largest, nan, infinite] = [0, 0, 0, 0];
  yield* readTensor(state, tensor, stage, (piece) => {
    const view = viewOf(piece);
    for (let at = 0; at < piece.length; at += width) {
      const magnitude = Math.abs(Number(read(view, at)));
      if (Number.isFinite(magnitude)) {
        squares += magnitude * magnitude;
        if (magnitude > largest) largest = magnitude;
      } else if (magnitude === Infinity) infinite++;
      else nan++;
    }
  });
  return { key, dtype, shape, elements: (end - begin) / width, norm: Math.sqrt(squares), largest, nan, infinite };
}

export function inspectionText({ tensors, step, optimizers, extra, fingerprint, metadata, bytes }: Inspection): string {
  const head = ['tensor', 'dtype', 'shape', 'elements', 'l2 norm', 'largest', 'NaN', 'Inf'];
  const rows = tensors.map(({ key, dtype, shape, elements, norm, largest, nan, infinite }) => {
    return [key, dtype, shapeText(shape), `${elements}`, short(norm), short(largest), `${nan}`, `${infinite}`];
  });
  const entries: [string, string][] = [['step', `${step ?? 'unknown'}`]];
  for (const [name, { class_name, config }] of Object.entries(optimizers)) {
    entries.push([name === '' ? 'optimizer' : `optimizers.${name}`, class_name]);
    for (const [key, value] of Object.entries(config)) entries.push([`  ${key}`, JSON.stringify(value)]);
  }
  for (const [name, value] of Object.entries(extra)) entries.push([`extra.${name}`, JSON.stringify(value)]);
  // What a file of others says is all there is to know of it.
  if (fingerprint === null)
    for (const [key, value] of Object.entries(metadata)) entries.push([`metadata.${key}`, value]);
  entries.push(['fingerprint', fingerprint ?? 'none'], ['bytes', `${bytes}`]);
  const lines = table([head, ...rows], [false, false, false, true, true, true, true, true]);
  return [...lines, '', ...list(entries), ''].join('\n');
}
