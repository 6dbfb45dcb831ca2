/**
 * The memory by which replicas hand each other what they exchange, piece by piece, so that it is bounded and stays in
 * the caches. There are two places for the piece of each replica and two for what comes of it: while one piece is
 * summed, the next is copied in and the last one out.
 */

/** Elements of a piece, at most. */
export const PIECE = 262_144;

/** Pieces on a cache line of their own, so that no two threads write to one. */
const LINE = 16;

export class Staging {
  readonly #pieces: Float32Array[][];
  readonly #results: Float32Array[];
  readonly #bytes: Uint8Array[];

  /** @param replicas - of the launch */
  constructor(memory: SharedArrayBuffer, replicas: number) {
    const place = (i: number) => new Float32Array(memory, 4 * PIECE * i, PIECE);
    this.#pieces = [0, 1].map((turn) => Array.from({ length: replicas }, (_, rank) => place(turn * replicas + rank)));
    this.#results = [0, 1].map((turn) => place(2 * replicas + turn));
    this.#bytes = this.#results.map(({ buffer, byteOffset, byteLength }) => {
      return new Uint8Array(buffer, byteOffset, byteLength);
    });
  }

  static bytes(replicas: number): number {
    return 4 * PIECE * 2 * (replicas + 1);
  }

  /** By replica of the launch. @param turn - pieces have a place each in turns */
  pieces(turn: number): readonly Float32Array[] {
    return this.#pieces[turn % 2];
  }

  result(turn: number): Float32Array {
    return this.#results[turn % 2];
  }

  /** The same memory, for whatever is not to be summed. */
  bytes(turn: number): Uint8Array {
    return this.#bytes[turn % 2];
  }
}

/** A stretch of an array that is part of a piece, and where it lies in there. */
export interface Run {
  readonly begin: number;
  readonly end: number;
  readonly at: number;
}

/**
 * How an array is cut into pieces, each of which has a run of every part: the parts are of different replicas, who have
 * the same to do with each piece.
 */
export class Cut {
  /** How many pieces there are. */
  readonly pieces: number;
  readonly #borders: readonly number[];
  readonly #longest: number;

  /**
   * @param borders - of parts, as `Borders` has them
   * @param most - what fits into a piece, of whatever the array has
   */
  constructor(borders: readonly number[], most: number) {
    const parts = borders.length - 1;
    let longest = 0;
    for (let part = 0; part < parts; part++) longest = Math.max(longest, borders[part + 1] - borders[part]);
    const room = Math.floor(most / parts);
    this.#borders = borders;
    this.#longest = Math.min(room < LINE ? room : room - (room % LINE), longest);
    this.pieces = longest === 0 ? 0 : Math.ceil(longest / this.#longest);
  }

  run(piece: number, part: number): Run {
    const first = this.#borders[part] + piece * this.#longest;
    const last = this.#borders[part + 1];
    const begin = Math.min(first, last);
    return { begin, end: Math.min(first + this.#longest, last), at: part * this.#longest };
  }

  /** The parts, and where they begin in a piece. */
  get places(): readonly number[] {
    return this.#borders.map((_, part) => part * this.#longest);
  }
}
