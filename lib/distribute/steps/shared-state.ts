import type { Stretch } from '../../backend/stretch.js';
import type { Eventually, Failure } from '../../step/outcome.js';
import type { Replication, TaskContent } from '../../step/replication.js';
import type { Variable } from '../../variables/variable.js';
import { agree } from '../agreement.js';
import type { Borders } from '../collective/collective.js';
import { atOnce as doAtOnce, type Exchanges, later } from '../collective/exchanges.js';
import type { Group } from '../group.js';
import { checkTurn } from '../refusal.js';
import type { Shards } from './shards.js';
import { shardClaim } from './step-topic.js';

/** Bytes of UTF-8 that the first replica has for what it says. */
const TEXT = 4096;

/** The state of one optimizer, of which each replica keeps all or a part. */
export class SharedState implements Replication {
  readonly #group: Group;
  readonly #shards: Shards | null;

  constructor(group: Group, shards: Shards | null) {
    this.#group = group;
    this.#shards = shards;
  }

  get group(): object {
    return this.#group;
  }

  get rank(): number {
    return this.#group.collective.rank;
  }

  get isSharded(): boolean {
    return this.#shards !== null;
  }

  shardOf(variable: Variable): Stretch | null {
    return this.#shards?.partOf(variable, this.rank) ?? null;
  }

  begin(task: string, content: TaskContent, failure: Failure | null, atOnce: boolean): Eventually<void> {
    const claims = [shardClaim(this.isSharded), { about: 'the tensors and their order', ...content }];
    const agreement = agree(this.#group.collective, { task, claims }, failure);
    if (!atOnce) return this.#beginLater(agreement);
    try {
      checkTurn(this.#group, task, failure);
    } catch (error) {
      throw failure === null ? error : failure.error;
    }
    this.#group.turns.hold(task);
    try {
      doAtOnce(this.#group.collective, agreement);
    } catch (error) {
      this.end(true);
      throw error;
    }
  }

  async #beginLater(agreement: Exchanges<unknown>): Promise<void> {
    await this.#group.turns.take();
    try {
      await later(this.#group.collective, agreement);
    } catch (error) {
      this.end(false);
      throw error;
    }
  }

  end(atOnce: boolean): void {
    if (atOnce) this.#group.turns.release();
    else this.#group.turns.end();
  }

  complete(variable: Variable, first: number, width: number, bytes: Uint8Array, atOnce: boolean): Eventually<void> {
    const parts = this.#shards?.of(variable) ?? null;
    if (parts === null) return;
    return this.#do(this.#completion(parts, first, width, bytes), atOnce);
  }

  *#completion(parts: Borders, first: number, width: number, bytes: Uint8Array): Exchanges<void> {
    const count = bytes.length / width;
    const borders = parts.map((border) => width * Math.min(count, Math.max(0, border - first)));
    yield [{ kind: 'gather', bytes, borders }];
  }

  conclude(task: string, text: string, failure: Failure | null, atOnce: boolean): Eventually<string> {
    return this.#do(this.#conclusion(task, text, failure), atOnce);
  }

  *#conclusion(task: string, text: string, failure: Failure | null): Exchanges<string> {
    const { collective } = this.#group;
    yield* agree(collective, { task, claims: [] }, failure);
    const bytes = new Uint8Array(TEXT);
    if (this.rank === 0) new TextEncoder().encodeInto(text, bytes);
    const borders = Array.from({ length: collective.size + 1 }, (_, r) => (r === 0 ? 0 : TEXT));
    yield [{ kind: 'gather', bytes, borders }];
    const end = bytes.indexOf(0);
    return new TextDecoder().decode(bytes.subarray(0, end < 0 ? TEXT : end));
  }

  #do<T>(exchanges: Exchanges<T>, atOnce: boolean): Eventually<T> {
    const { collective } = this.#group;
    return atOnce ? doAtOnce(collective, exchanges) : later(collective, exchanges);
  }
}
