import { backend } from '../../backend/choose-backend.js';
import type { Stretch } from '../../backend/stretch.js';
import { joinSums, PIECE } from '../../backend/sum-squares.js';
import { lengthOf, partOf, plain } from '../../memory/typed-arrays.js';
import type { Label } from '../../state/labels.js';
import { isConstrained } from '../../step/constraints.js';
import type { StepHooks } from '../../step/hooks.js';
import type { Eventually, Failure } from '../../step/outcome.js';
import type { StepPairs } from '../../step/step-pairs.js';
import type { StepSource } from '../../step/step-source.js';
import { Rows, type StepGradient } from '../../variables/gradient.js';
import { rowLengthOf } from '../../variables/shape.js';
import { memoryOf, type Variable } from '../../variables/variable.js';
import { agree } from '../agreement.js';
import { broadcast } from '../broadcast.js';
import type { Exchange } from '../collective/collective.js';
import { abandon, atOnce as doAtOnce, type Exchanges, later } from '../collective/exchanges.js';
import type { Group } from '../group.js';
import { checkTurn, tell, tellLater } from '../refusal.js';
import { badElement } from './bad-element.js';
import { Comparison } from './comparison.js';
import { checkIndices } from './indices.js';
import { type Item, keepOwnRows, slicesOf } from './item.js';
import { Shards } from './shards.js';
import { SharedState } from './shared-state.js';
import { bytesOf, checkThere, gatherSlices, RowsOfOwners, scaled } from './slices.js';
import { stepTopic } from './step-topic.js';
import { Sums } from './sums.js';

/** Elements that are summed and then stepped while they are in the cache: 2 MiB. */
const BUCKET = 8 * PIECE;

/**
 * Takes part in the steps of one optimizer for all replicas: they agree on the step, sum their gradients, and step by
 * the same sums. With sharded state each one steps its stretch of a variable, and gets the rest from the others.
 */
export class ReplicatedSteps implements StepHooks {
  readonly replication: SharedState;
  readonly #group: Group;
  readonly #source: StepSource;
  readonly #task: string;
  readonly #sums = new Sums();
  readonly #shards: Shards | null;
  readonly #comparison: Comparison;
  #items: readonly Item[] = [];
  /** Whether sums are still to be exchanged, while the step runs. */
  #isPending = false;
  /** Whether the others wait for something of the step that all have agreed on. */
  #isOwing = false;
  #hasTurn = false;

  /** @param task - what messages call a step: `a step of 'adamax'` */
  constructor(group: Group, source: StepSource, task: string, shardState: boolean) {
    this.#group = group;
    this.#source = source;
    this.#task = task;
    this.#shards = shardState ? new Shards(group.collective.size) : null;
    this.#comparison = new Comparison(source.states, this.#shards);
    this.replication = new SharedState(group, this.#shards);
  }

  meet(pairs: StepPairs, failure: Failure | null, atOnce: boolean): Eventually<void> {
    if (!atOnce) return this.#meetLater(pairs, failure);
    checkTurn(this.#group, this.#task, failure);
    doAtOnce(this.#group.collective, this.#meeting(pairs, failure));
  }

  async #meetLater(pairs: StepPairs, failure: Failure | null): Promise<void> {
    await this.#group.turns.take();
    this.#hasTurn = true;
    await later(this.#group.collective, this.#meeting(pairs, failure));
  }

  leave(): void {
    const { collective } = this.#group;
    if (this.#isOwing) abandon(collective, this.#task);
    this.#items = [];
    this.#isPending = false;
    this.#isOwing = false;
    if (this.#hasTurn) this.#group.turns.end();
    this.#hasTurn = false;
  }

  *#meeting(pairs: StepPairs, failure: Failure | null): Exchanges<void> {
    const bad = failure ?? checkIndices(pairs);
    const due = bad === null ? this.#comparison.due(pairs.variables) : 0;
    const side = { source: this.#source, isSharded: this.#shards !== null };
    const notes = yield* agree(this.#group.collective, stepTopic(this.#task, side, pairs, due), bad);
    yield* this.#compare(this.#comparison.named(pairs.variables, notes), pairs.labels.variable);
    this.#isOwing = pairs.count > 0 && (pairs.aggregate || this.#shards !== null);
    this.#items = pairs.variables.map((variable, i): Item => {
      const [own, borders] = [pairs.gradients[i], this.#shards?.of(variable) ?? null];
      return { variable, own, gradient: own, borders, norm: Number.NaN, whole: null, touched: [] };
    });
  }

  *#compare(variables: readonly Variable[], label: Label): Exchanges<void> {
    if (variables.length === 0) return;
    const claims = this.#comparison.claims(variables, label);
    yield* agree(this.#group.collective, { task: this.#task, claims }, null);
    this.#comparison.note(variables);
  }

  refused(call: 'step' | 'build', error: unknown, atOnce: boolean): Eventually<void> {
    const task = call === 'step' ? this.#task : this.#buildTask;
    if (!atOnce) return tell(this.#group, task, error);
    tellLater(this.#group, task, error);
  }

  get #buildTask(): string {
    return this.#task.replace('a step', 'build');
  }

  built(variables: readonly Variable[], failure: Failure | null): void {
    const { collective } = this.#group;
    const task = this.#buildTask;
    checkTurn(this.#group, task, failure);
    doAtOnce(collective, broadcast(collective, task, variables, 0, failure));
    this.#comparison.noteBuilt(variables);
  }

  aggregate(pairs: StepPairs, atOnce: boolean): Eventually<readonly StepGradient[]> {
    return this.#do(this.#aggregation(pairs, atOnce), atOnce);
  }

  #do<T>(exchanges: Exchanges<T>, atOnce: boolean): Eventually<T> {
    const { collective } = this.#group;
    return atOnce ? doAtOnce(collective, exchanges) : later(collective, exchanges);
  }

  *#aggregation(pairs: StepPairs, atOnce: boolean): Exchanges<readonly StepGradient[]> {
    if (pairs.aggregate) yield* this.#summation(atOnce);
    if (this.#shards !== null) {
      for (const item of this.#items) keepOwnRows(item, this.#group.collective.rank);
      if (this.#mustBeFinite || this.#source.clipping.norm < Infinity) yield* this.#norms(pairs);
    }
    if (this.#shards === null && !this.#isPending) this.#isOwing = false;
    return this.#items.map(({ gradient }) => gradient);
  }

  *#summation(atOnce: boolean): Exchanges<void> {
    const dense = this.#items.filter(({ own }) => !(own instanceof Rows));
    for (const { own } of dense) checkThere(own);
    this.#sums.place(dense.map(({ own }) => lengthOf(own as Float32Array)));
    // A range that may have to be taken back would be copied before it is stepped.
    this.#isPending = atOnce && this.#shards === null && dense.length === this.#items.length && !this.#mustBeFinite;
    // What is summed while the step runs has no array: each of its stretches comes with its sums.
    dense.forEach((item, i) => {
      if (!this.#isPending || this.#sums.isPacked(i)) item.gradient = this.#sums.whole(i);
    });
    const summands = dense.map(({ own, borders }) => ({ gradient: plain(own as Float32Array), borders }));
    // Small sums are there before the step runs, since it may copy them ahead of that.
    yield this.#isPending ? this.#sums.small(summands) : this.#sums.all(summands);
    const sparse = this.#items.filter(({ own }) => own instanceof Rows);
    const gathered = yield* gatherSlices(this.#group.collective, sparse.map(slicesOf));
    sparse.forEach((item, k) => {
      item.gradient = gathered[k];
    });
  }

  get #mustBeFinite(): boolean {
    return this.#source.guard.policy !== 'propagate';
  }

  /** Norms of the whole gradients of sharded variables: each replica sums the squares of its stretch. */
  *#norms(pairs: StepPairs): Exchanges<void> {
    const { rank } = this.#group.collective;
    const exchanges: Exchange[] = [];
    const summed: [Item, Float64Array][] = [];
    for (const item of this.#items) {
      const { gradient, borders } = item;
      if (borders === null || gradient instanceof Rows) continue;
      const sums = new Float64Array(Math.ceil(lengthOf(gradient) / PIECE));
      // A gradient that the caller aggregated is whole here.
      const inPieces = borders.map((border) => Math.ceil(border / PIECE));
      const [first, end] = pairs.aggregate ? [inPieces[rank], inPieces[rank + 1]] : [0, sums.length];
      for (let k = first; k < end; k++) {
        const begin = k * PIECE;
        sums[k] = backend().sumSquares(partOf(gradient, begin, Math.min(PIECE, lengthOf(gradient) - begin)));
      }
      if (pairs.aggregate) exchanges.push({ kind: 'gather', bytes: bytesOf(sums), borders: scaled(inPieces, 8) });
      summed.push([item, sums]);
    }
    if (exchanges.length > 0) yield exchanges;
    for (const [item, sums] of summed) item.norm = Math.sqrt(joinSums(sums));
    if (this.#mustBeFinite) yield* this.#checkFinite(pairs);
  }

  /**
   * Of the stretches that others step this replica knows the norms, which are finite exactly when they are. What all keep
   * whole is looked at here as well: a step must not be refused where the others wait to complete it.
   */
  *#checkFinite({ labels }: StepPairs): Exchanges<void> {
    const { guard } = this.#source;
    const bad = this.#items.find((item) => !(this.#normOf(item) < Infinity));
    if (bad === undefined) return;
    guard.begin();
    const gradient = bad.whole ?? bad.gradient;
    const element = yield* badElement(this.#group.collective, guard, gradient, bad.borders);
    this.#isOwing = false;
    throw guard.refuseAt(labels.gradient(bad.variable), gradient, element);
  }

  /** Without shards every gradient is whole here, and its norm is found where it is clipped. */
  get normOf(): StepHooks['normOf'] {
    return this.#shards === null ? undefined : (entry) => this.#normOf(this.#items[entry]);
  }

  #normOf({ gradient, borders, norm }: Item): number {
    if (borders !== null) return norm;
    return Math.sqrt(backend().sumSquares(gradient instanceof Rows ? gradient.values : gradient));
  }

  get stretchOf(): StepHooks['stretchOf'] {
    return this.#shards === null ? undefined : (entry) => this.#stretchOf(entry);
  }

  #stretchOf(entry: number): Stretch | null {
    const { variable, own } = this.#items[entry];
    return own instanceof Rows ? null : this.replication.shardOf(variable);
  }

  get drive(): StepHooks['drive'] {
    return this.#isPending ? (_, run, stretch) => this.#sumAndRun(run, stretch) : undefined;
  }

  /** Sums a bucket, and steps it while it is in the cache; with `clipnorm`, a whole variable, whose norm comes first. */
  #sumAndRun(
    run: (first: number, count: number) => void,
    stretch: (entry: number, begin: number, end: number, gradient: Float32Array) => void,
  ): void {
    const { collective } = this.#group;
    const gradients = this.#items.map(({ own }) => own as Float32Array);
    let first = 0;
    const runSmall = (end: number) => {
      if (end > first) run(first, end - first);
      first = end + 1;
    };
    gradients.forEach((gradient, i) => {
      if (this.#sums.isPacked(i)) return;
      runSmall(i);
      const length = lengthOf(gradient);
      const each = this.#source.clipping.norm < Infinity ? length : BUCKET;
      for (let begin = 0; begin < length; begin += each) {
        const end = Math.min(begin + each, length);
        const to = this.#sums.bucket(end - begin);
        collective.run([{ kind: 'sum', from: partOf(gradient, begin, end - begin), to }]);
        stretch(i, begin, end, to);
        run(i, 1);
      }
    });
    this.#isOwing = false;
    runSmall(gradients.length);
  }

  get complete(): StepHooks['complete'] {
    return this.#shards === null ? undefined : (_, atOnce) => this.#do(this.#completion(), atOnce);
  }

  constrained(pairs: StepPairs, failure: Failure | null, atOnce: boolean): Eventually<void> {
    return this.#do(this.#constrained(pairs, failure), atOnce);
  }

  /**
   * It is an agreement, as the next thing that a replica would have to say is whose constraint was cut short: so none
   * takes one for the other.
   */
  *#constrained({ variables, labels }: StepPairs, failure: Failure | null): Exchanges<void> {
    const those = variables.filter(isConstrained);
    const claims = [this.#comparison.constrainedClaim(those, labels.variable)];
    yield* agree(this.#group.collective, { task: `constraints of ${this.#task}`, claims }, failure);
    this.#comparison.noteConstrained(those);
  }

  /** Gets the parameters that others have stepped. */
  *#completion(): Exchanges<void> {
    const { rank } = this.#group.collective;
    const exchanges: Exchange[] = [];
    const sparse: RowsOfOwners[] = [];
    for (const { variable, own, borders, touched } of this.#items) {
      if (borders === null) continue;
      if (own instanceof Rows) {
        const rows = new RowsOfOwners(memoryOf(variable), rowLengthOf(variable.shape), touched, borders, rank);
        sparse.push(rows);
        exchanges.push(rows.exchange);
      } else {
        exchanges.push({ kind: 'gather', bytes: bytesOf(memoryOf(variable)), borders: scaled(borders, 4) });
      }
    }
    if (exchanges.length > 0) yield exchanges;
    this.#isOwing = false;
    for (const rows of sparse) rows.copyOut();
  }
}
