/**
 * What a replica does for an exchange, cut where it must wait: for the others here, or for those of other processes.
 * Whoever runs it waits by whichever means is right there.
 */
import { checkMemory } from '../../../arguments/arrays.js';
import type { Exchange } from '../collective.js';
import { addParts } from './add.js';
import { Cut, PIECE, type Staging } from './staging.js';

/** The others here are to come to this place, too. */
export const HERE = 'here';
/** What stands for that is to be exchanged between processes first. */
export type Pause = typeof HERE | readonly Exchange[];
export type Phases = Generator<Pause, void, void>;

/** Who exchanges. */
export interface Place {
  /** This replica among those of its process, and how many those are. */
  readonly localRank: number;
  readonly local: number;
  /** The same among those of all processes. */
  readonly rank: number;
  readonly size: number;
  /** Whether there are other processes. The first replica of each speaks with them. */
  readonly isJoined: boolean;
  readonly staging: Staging;
  /** Counts pieces: one that is copied in must not come where others still read. */
  turn: number;
}

export function* phasesOf(place: Place, exchanges: readonly Exchange[]): Phases {
  for (const exchange of exchanges) {
    // Without memory an array has no element, and this replica would do less than the others wait for.
    if (exchange.kind === 'gather') checkMemory('bytes', exchange.bytes);
    else for (const name of ['from', 'to'] as const) checkMemory(name, exchange[name]);
    if (place.local === 1 && place.isJoined) yield [exchange];
    else if (exchange.kind === 'gather') yield* gather(place, exchange);
    else if (place.size === 1) copyPart(exchange.from, exchange.to, 0, exchange.from.length);
    else yield* sum(place, exchange);
  }
}

/** All parts of a piece come together in one place, from where everybody copies them. */
function* gather(place: Place, { bytes, borders }: Extract<Exchange, { kind: 'gather' }>): Phases {
  if (place.size === 1) return;
  const cut = new Cut(borders, 4 * PIECE);
  for (let piece = 0; piece < cut.pieces; piece++, place.turn++) {
    const shared = place.staging.bytes(place.turn);
    const own = cut.run(piece, place.rank);
    shared.set(bytes.subarray(own.begin, own.end), own.at);
    yield HERE;
    if (place.isJoined) {
      if (place.localRank === 0) {
        const { places } = cut;
        const between = places.filter((_, part) => part % place.local === 0);
        yield [{ kind: 'gather', bytes: shared.subarray(0, places[place.size]), borders: between }];
      }
      yield HERE;
    }
    for (let part = 0; part < place.size; part++) {
      if (part === place.rank) continue;
      const run = cut.run(piece, part);
      bytes.set(shared.subarray(run.at, run.at + run.end - run.begin), run.begin);
    }
  }
}

type Sum = Exclude<Exchange, { kind: 'gather' }>;

/**
 * Each piece is copied to where all can read it, and summed. With a partner, or where each replica needs its own part
 * only, everybody sums what it needs: that moves fewer bytes than to share the work and to copy what the others have
 * summed.
 */
function* sum(place: Place, exchange: Sum): Phases {
  const { localRank, local, staging } = place;
  const { from, to } = exchange;
  const isWhole = exchange.kind === 'sum';
  const borders = isWhole ? evenly(from.length, local) : exchange.borders;
  const cut = new Cut(borders, PIECE);
  const parts = borders.length - 1;
  const isNeeded = (part: number) => isWhole || part === place.rank;
  const isDirect = !place.isJoined && (!isWhole || local === 2);
  const first = place.turn;
  const copyIn = (piece: number) => {
    const own = staging.pieces(first + piece)[localRank];
    for (let part = 0; part < parts; part++) {
      const { begin, end, at } = cut.run(piece, part);
      own.set(from.subarray(begin, end), at);
    }
  };
  const copyOut = (piece: number) => {
    const result = staging.result(first + piece);
    for (let part = 0; part < parts; part++) {
      const { begin, end, at } = cut.run(piece, part);
      if (isNeeded(part)) to.set(result.subarray(at, at + end - begin), begin);
    }
  };
  const add = (piece: number) => {
    const pieces = staging.pieces(first + piece);
    for (let part = 0; part < parts; part++) {
      const { begin, end, at } = cut.run(piece, part);
      if (begin === end || !(isDirect ? isNeeded(part) : part % local === localRank)) continue;
      const until = at + end - begin;
      addParts(
        pieces.map((of) => of.subarray(at, until)),
        isDirect ? to.subarray(begin, end) : staging.result(first + piece).subarray(at, until),
      );
    }
  };
  if (cut.pieces > 0) copyIn(0);
  for (let piece = 0; piece < cut.pieces; piece++) {
    yield HERE;
    place.turn++;
    add(piece);
    if (!isDirect && piece > 0) copyOut(piece - 1);
    if (piece + 1 < cut.pieces) copyIn(piece + 1);
    if (!place.isJoined) continue;
    yield HERE;
    if (localRank === 0) {
      const { places } = cut;
      const result = staging.result(first + piece).subarray(0, places[parts]);
      yield [betweenProcesses(place, isWhole, result, places)];
    }
  }
  if (isDirect || cut.pieces === 0) return;
  yield HERE;
  copyOut(cut.pieces - 1);
}

/** The sum of what every process has summed. */
function betweenProcesses(place: Place, isWhole: boolean, sums: Float32Array, places: readonly number[]): Exchange {
  if (isWhole) return { kind: 'sum', from: sums, to: sums };
  const borders = places.filter((_, part) => part % place.local === 0);
  return { kind: 'sum parts', from: sums, to: sums, borders };
}

/** Borders of parts that differ by a cache line at most. */
function evenly(length: number, parts: number): readonly number[] {
  const most = 16 * Math.ceil(length / parts / 16);
  return Array.from({ length: parts + 1 }, (_, part) => Math.min(part * most, length));
}

function copyPart(from: Float32Array, to: Float32Array, begin: number, end: number): void {
  if (from !== to) to.set(from.subarray(begin, end), begin);
}
