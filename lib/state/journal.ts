/**
 * What must not stay half done. A script that the timeout of `node:vm` cuts short ends where it is and runs no
 * `finally`: the next call of its optimizer settles what it left.
 */
export class Journal {
  #remedy: (() => void) | null = null;

  /** Whether something is being done; if nobody is at it any more, it was cut short. */
  get isOpen(): boolean {
    return this.#remedy !== null;
  }

  /** Does what has been decided. @param work - fit to be done once more from its beginning */
  do(work: () => void): void {
    this.during(work, work);
  }

  /** Runs a body that is not to be gone on with. @param remedy - takes it back, if the body was cut short */
  during<T>(remedy: () => void, body: () => T): T {
    this.#remedy = remedy;
    try {
      return body();
    } finally {
      this.#remedy = null;
    }
  }

  /** Sees to what was cut short, if anything was. */
  settle(): void {
    this.#remedy?.();
    this.#remedy = null;
  }
}
