import { MemoryRegions } from './regions.js';

/** What steps off the event loop work on at this moment, of all optimizers of this thread. */
const underWay = new Set<MemoryInUse>();
/** Their number, which each step asks for, because that is cheaper than asking the set. */
let count = 0;

/** The memory that something off the event loop works on, from `begin` to `end`. Owners say in words whose it is. */
export class MemoryInUse {
  readonly written = new MemoryRegions<string>();
  readonly read = new MemoryRegions<string>();

  static get isNone(): boolean {
    return count === 0;
  }

  begin(): void {
    underWay.add(this);
    count++;
  }

  end(): void {
    underWay.delete(this);
    count--;
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
  for (const { written, read } of underWay) {
    const owner = written.find(array) ?? (writes ? read.find(array) : undefined);
    if (owner !== undefined) return owner;
  }
  return undefined;
}
