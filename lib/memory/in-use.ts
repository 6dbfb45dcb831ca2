import { MemoryRegions } from './regions.js';

/** What steps off the event loop work on at this moment, of all optimizers of this thread. */
const underWay = new Set<MemoryInUse>();
/** Their number, which each step asks for, because that is cheaper than asking the set. */
let count = 0;

/**
 * The memory that something off the event loop works on, from `begin` to `end`. Owners say in words whose it is. Where the
 * call that began it was cut short by the timeout of `node:vm`, nobody calls `end`: it is over once the work is.
 */
export class MemoryInUse {
  readonly written = new MemoryRegions<string>();
  readonly read = new MemoryRegions<string>();
  /** Whether `end` is sure to be called, from the event loop. Nobody asks whose memory it is between `begin` and this. */
  hasEnd = false;
  readonly #isIdle: () => boolean;

  /** @param isIdle - whether no work is under way, or none any more */
  constructor(isIdle: () => boolean) {
    this.#isIdle = isIdle;
  }

  static get isNone(): boolean {
    return count === 0;
  }

  begin(): void {
    underWay.add(this);
    count++;
  }

  /** Whether the call was cut short and its work, if that had begun, is done. */
  get isLost(): boolean {
    return !this.hasEnd && this.#isIdle();
  }

  end(): void {
    if (underWay.delete(this)) count--;
  }
}

/**
 * Whose memory `array` shares that must not be written now, or read.
 * @param writes - whether it is to be written: then nobody may use it; else it may be read by others
 */
export function userOf(array: ArrayBufferView, writes: boolean): string | undefined {
  return count === 0 ? undefined : find(array, writes);
}

function find(array: ArrayBufferView, writes: boolean): string | undefined {
  for (const inUse of underWay) {
    const owner = inUse.written.find(array) ?? (writes ? inUse.read.find(array) : undefined);
    if (owner === undefined) continue;
    if (!inUse.isLost) return owner;
    inUse.end();
  }
  return undefined;
}
