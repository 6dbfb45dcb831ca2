import { readAll, reading } from '../checkpoint/files/medium.js';
import { WIDTHS } from '../checkpoint/format/dtype.js';
import type { FileTensor } from '../checkpoint/format/header.js';
import { readTensor, STAGE } from '../checkpoint/pieces.js';
import { type OpenState, openState } from '../checkpoint/read.js';
import { atOnce, type Work } from '../files/eventually.js';
import { atOnceFiles } from '../files/file-system.js';
import { Digests } from './digests.js';
import { numberText, READERS, viewOf } from './elements.js';
import { list, printable, shapeText, table } from './text.js';

/** Where two files differ, and why one of them, or both, are not what was written. */
export interface Differences {
  /** Empty where they do not. */
  readonly text: string;
  readonly damages: readonly Error[];
}

/**
 * Compares two files: tensors bit by bit, in whatever order the files have them, and the rest by meaning.
 * @throws as `inspect` of `adamax/checkpoint`
 */
export function diff(a: string, b: string): Differences {
  return atOnce(
    reading(atOnceFiles, a, (sourceA) => {
      return reading(atOnceFiles, b, function* (sourceB) {
        return yield* comparing(yield* openState(sourceA), yield* openState(sourceB));
      });
    }),
  );
}

/** One of the files. */
interface Side {
  readonly state: OpenState;
  readonly digests: Digests;
  /** Takes a piece. */
  readonly stage: Uint8Array;
}

function* comparing(stateOfA: OpenState, stateOfB: OpenState): Work<Differences> {
  const [a, b] = [stateOfA, stateOfB].map((state): Side => {
    return { state, digests: new Digests(state), stage: new Uint8Array(STAGE) };
  });
  const ofB = new Map(stateOfB.header.tensors.map((tensor) => [tensor.key, tensor]));
  const lines: string[] = [];
  const onlyInA: FileTensor[] = [];
  for (const tensor of stateOfA.header.tensors) {
    const other = ofB.get(tensor.key);
    ofB.delete(tensor.key);
    if (other === undefined) onlyInA.push(tensor);
    else if (kindOf(tensor) !== kindOf(other)) {
      lines.push(`${printable(tensor.key)}  ${kindOf(tensor)} | ${kindOf(other)}`);
    } else lines.push(...(yield* differing(a, tensor, b, other)));
  }
  const only = (title: string, tensors: Iterable<FileTensor>) => {
    return table(
      [...tensors].map((tensor) => [title, tensor.key, kindOf(tensor)]),
      [false, false, false],
    );
  };
  const all = [...only('only in A', onlyInA), ...only('only in B', ofB.values()), ...lines];
  const damages = [yield* a.digests.damage(a.stage), yield* b.digests.damage(b.stage)];
  return {
    text: [...all, ...differingWords(stateOfA, stateOfB)].map((line) => `${line}\n`).join(''),
    damages: damages.filter((damage) => damage !== null),
  };
}

function kindOf({ dtype, shape }: FileTensor): string {
  return `${dtype} ${shapeText(shape)}`;
}

/** An element that is not the same in both. */
interface Difference {
  readonly index: number;
  readonly a: number | bigint;
  readonly b: number | bigint;
  readonly distance: number;
}

function* differing(a: Side, tensor: FileTensor, b: Side, other: FileTensor): Work<string[]> {
  const [read, width] = [READERS[tensor.dtype], WIDTHS[tensor.dtype]];
  let count = 0;
  let first: Difference | undefined;
  let largest: Difference | undefined;
  yield* readTensor(a.state, tensor, a.stage, (piece, begin) => {
    const theirs = b.stage.subarray(0, piece.length);
    atOnce(readAll(b.state.source, theirs, b.state.header.length + other.begin + begin));
    a.digests.add(tensor, piece);
    b.digests.add(other, theirs);
    if (Buffer.compare(piece, theirs) === 0) return;
    const [view, viewOfOther] = [viewOf(piece), viewOf(theirs)];
    for (let at = 0; at < piece.length; at += width) {
      if (isSame(piece, theirs, at, width)) continue;
      const [x, y] = [read(view, at), read(viewOfOther, at)];
      const found = { index: (begin + at) / width, a: x, b: y, distance: distanceOf(x, y) };
      count++;
      first ??= found;
      if (largest === undefined || found.distance > largest.distance) largest = found;
    }
  });
  if (first === undefined || largest === undefined) return [];
  const { key, dtype, shape, begin, end } = tensor;
  const rows = (['first', 'largest'] as const).map((title) => {
    const { index, a, b } = title === 'first' ? (first as Difference) : (largest as Difference);
    return [`  ${title}`, indexText(index, shape), `${numberText(a, dtype)} | ${numberText(b, dtype)}`];
  });
  const head = `${printable(key)}  ${kindOf(tensor)}  ${count} of ${(end - begin) / width} differ`;
  return [head, ...table(rows, [false, false, false])];
}

function isSame(a: Uint8Array, b: Uint8Array, at: number, width: number): boolean {
  for (let i = at; i < at + width; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** From NaN to a number it is infinitely far. */
function distanceOf(a: number | bigint, b: number | bigint): number {
  if (typeof a === 'bigint' && typeof b === 'bigint') return Number(a > b ? a - b : b - a);
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b) ? 0 : Infinity;
  return Math.abs(Number(a) - Number(b));
}

/** Where an element is, by dimension. */
function indexText(index: number, shape: readonly number[]): string {
  const indices: number[] = [];
  let rest = index;
  for (const length of [...shape].reverse()) {
    indices.unshift(rest % length);
    rest = Math.floor(rest / length);
  }
  return shapeText(indices);
}

/** What files say in words. */
function differingWords(a: OpenState, b: OpenState): string[] {
  const [ofA, ofB] = [wordsOf(a), wordsOf(b)];
  const keys = [...new Set([...ofA.keys(), ...ofB.keys()])];
  const entries = keys
    .filter((key) => ofA.get(key) !== ofB.get(key))
    .map((key) => [key, `${ofA.get(key) ?? 'nothing'} | ${ofB.get(key) ?? 'nothing'}`] as const);
  return list(entries);
}

/** Digests differ where anything else does; versions are the same where both can be read. */
const PASSED_OVER = ['format', 'version', 'step', 'optimizer', 'optimizers', 'extra', 'fingerprint', 'hash'];

function wordsOf({ said, header }: OpenState): Map<string, string> {
  const words = new Map<string, string>();
  if (said.step !== null) words.set('step', `${said.step}`);
  for (const [name, saved] of said.optimizers)
    addLeaves(name === '' ? 'optimizer' : `optimizers.${name}`, saved, words);
  for (const [name, value] of Object.entries(said.extra)) addLeaves(`extra.${name}`, value, words);
  for (const [key, value] of Object.entries(header.metadata)) {
    const isKnown = said.hash !== null && PASSED_OVER.includes(key);
    if (!isKnown) words.set(`metadata.${key}`, JSON.stringify(value));
  }
  return words;
}

/** Each value of some JSON that is no object or list, under its path. */
function addLeaves(path: string, value: unknown, words: Map<string, string>): void {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  if (entries.length === 0) words.set(path, JSON.stringify(value));
  for (const [key, item] of entries) addLeaves(`${path}.${key}`, item, words);
}
