import { MemoryRegions } from './regions.js';

/** Whoever uses memory off the event loop. */
export interface MemoryUser {
  /** Whether the call that began it was cut short and its work, if that had begun, is done. */
  readonly isLost: boolean;
  /**
   * Says in words whose memory `array` shares that must not be written now, or read; undefined where it may be.
   * @param writes - whether it is to be written: then nobody may use it; else it may be read by others
   */
  ownerOf(array: ArrayBufferView, writes: boolean): string | undefined;
}

/** Those of this thread, of all optimizers. */
const users = new Set<MemoryUser>();
/** Their number, which each step asks for, because that is cheaper than asking the set. */
let count = 0;

export function beginUse(user: MemoryUser): void {
  users.add(user);
  count++;
}

export function endUse(user: MemoryUser): void {
  if (users.delete(user)) count--;
}

/** Whether nobody uses any. */
export function noneInUse(): boolean {
  return count === 0;
}

/**
 * The memory that something off the event loop works on, from `begin` to `end`. Owners say in words whose it is. Where
 * the call that began it was cut short by the timeout of `node:vm`, nobody calls `end`: it is over once the work is.
 */
export class MemoryInUse implements MemoryUser {
  readonly written = new MemoryRegions<string>();
  readonly read = new MemoryRegions<string>();
  /**
   * Whether `end` is sure to be called, from the event loop. Nobody asks whose memory it is between `begin` and this.
   */
  hasEnd = false;
  readonly #isIdle: () => boolean;

  /** @param isIdle - whether no work is under way, or none any more */
  constructor(isIdle: () => boolean) {
    this.#isIdle = isIdle;
  }

  begin(): void {
    beginUse(this);
  }

  get isLost(): boolean {
    return !this.hasEnd && this.#isIdle();
  }

  ownerOf(array: ArrayBufferView, writes: boolean): string | undefined {
    return this.written.find(array) ?? (writes ? this.read.find(array) : undefined);
  }

  end(): void {
    endUse(this);
  }
}

/** Whose memory `array` shares that must not be written now, or read. @param writes - whether it is to be written */
export function userOf(array: ArrayBufferView, writes: boolean): string | undefined {
  return count === 0 ? undefined : find(array, writes);
}

function find(array: ArrayBufferView, writes: boolean): string | undefined {
  for (const user of users) {
    const owner = user.ownerOf(array, writes);
    if (owner === undefined) continue;
    if (!user.isLost) return owner;
    endUse(user);
  }
  return undefined;
}
