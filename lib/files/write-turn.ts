/** Writes of one file that are under way in this thread. */
interface Writes {
  count: number;
  /** Numbers of the last that was asked for, and of the last whose file came into its place. */
  asked: number;
  placed: number;
}

const underWay = new Map<string, Writes>();

/**
 * Whose turn it is among several writes of one file, which need not end in the order in which they were asked for: what
 * was asked for last is what is to stay.
 */
export class WriteTurn {
  readonly #place: string;
  readonly #writes: Writes;
  readonly #number: number;

  /** @param place - the file; the turn is to be ended in any case */
  constructor(place: string) {
    this.#place = place;
    this.#writes = underWay.get(place) ?? { count: 0, asked: 0, placed: 0 };
    underWay.set(place, this.#writes);
    this.#writes.count++;
    this.#number = ++this.#writes.asked;
  }

  /** Whether a file that was asked for later is there already. */
  get isOver(): boolean {
    return this.#writes.placed > this.#number;
  }

  /** To be called when the file has come into its place. */
  placed(): void {
    this.#writes.placed = this.#number;
  }

  end(): void {
    if (--this.#writes.count === 0) underWay.delete(this.#place);
  }
}
