import { wrongType, wrongValue } from '../arguments/errors.js';
import { checkCallable, checkOptions } from '../arguments/options.js';
import { checkNumber } from '../arguments/ranges.js';
import { type OptimizerState, stepperOf } from '../optimizers/optimizer-state.js';
import { type AnyVariable, isVariable } from '../variables/variable.js';
import { tried } from './agreement.js';
import { broadcast } from './broadcast.js';
import type { Collective } from './collective/collective.js';
import { atOnce, type Exchanges, later } from './collective/exchanges.js';
import { ENTER, within } from './current.js';
import type { Group } from './group.js';
import { checkTurn } from './refusal.js';
import { ReplicatedSteps } from './steps/replicated-steps.js';
import { Turns } from './turns.js';
import { gatherValue, type ReduceOp, type Reducible, reduceValue } from './values.js';

/** Engines of JavaScript end a call with many more by an error that does not say why. */
const MOST_ARGUMENTS = 65_535;

/** Where the numbers of `broadcast` come from. */
export interface BroadcastOptions {
  /** The replica whose numbers all others get. Default: 0. */
  root?: number;
}

/**
 * How replicas of a training work together, after `tf.distribute.Strategy`. Every replica runs the same program, with
 * variables and an optimizer of its own, on its part of each batch; optimizers that are made in `scope` sum gradients
 * over all replicas before each step, so that all of them stay equal to the bit.
 *
 * All replicas must call what exchanges numbers in the same order. What blocks does so until all others have come, and
 * for no longer than the time limit.
 */
export abstract class Strategy {
  readonly #group: Group;
  readonly #shardState: boolean;
  readonly #context: ReplicaContext;
  #optimizers = 0;

  protected constructor(collective: Collective, shardState: boolean) {
    this.#group = { collective, turns: new Turns() };
    this.#shardState = shardState;
    this.#context = new ReplicaContext(this);
  }

  /** How many replicas there are. */
  get numReplicasInSync(): number {
    return this.#group.collective.size;
  }

  /** The number of this replica: 0 for the first. */
  get replicaIdInSyncGroup(): number {
    return this.#group.collective.rank;
  }

  /** Whether each replica keeps the state of its part of every large variable only. */
  get shardState(): boolean {
    return this.#shardState;
  }

  /** Of the replica that this is. */
  get replicaContext(): ReplicaContext {
    return this.#context;
  }

  /**
   * Runs a body, and returns what it returns. Optimizers that are made in it, or in what it awaits, belong to the
   * strategy.
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, and what the body throws
   */
  scope<T>(body: () => T): T {
    checkCallable('body', body);
    return within(this, body);
  }

  /**
   * Runs a function in this replica, as every other replica does in itself, and returns what it returns: `reduce` makes
   * one value of all. It is as `scope`, with arguments.
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, RangeError `ERR_ADAMAX_ARG_VALUE` for more than 65,535 arguments, which a
   *   call may not have room for, and what the function throws
   */
  run<A extends readonly unknown[], R>(fn: (...args: A) => R, args?: A): R {
    checkCallable('fn', fn);
    if (args !== undefined && !Array.isArray(args)) throw wrongType('args', 'an array', args);
    if (args !== undefined && args.length > MOST_ARGUMENTS) {
      throw wrongValue('args', `an array of at most ${MOST_ARGUMENTS} arguments`, `${args.length} of them`);
    }
    return within(this, () => fn(...((args ?? []) as A)));
  }

  /**
   * One value of those of all replicas. Arrays are new ones; sparse gradients stay sparse, the slices of one replica
   * behind those of the one before.
   * @param op - 'mean' divides the sum by the number of replicas
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_DETACHED`, `ERR_ADAMAX_BUSY`; RangeError `ERR_ADAMAX_ARG_VALUE`
   * @throws Error `ERR_ADAMAX_REPLICA`, in every replica, where they do not agree or one is lost
   */
  reduce<T extends Reducible>(op: ReduceOp, value: T): T {
    return this.#atOnce('reduce', this.#reduction(op, value));
  }

  /** As `reduce`, off the event loop. */
  async reduceAsync<T extends Reducible>(op: ReduceOp, value: T): Promise<T> {
    return await this.#later(this.#reduction(op, value));
  }

  #reduction<T extends Reducible>(op: ReduceOp, value: T): Exchanges<T> {
    return reduceValue(this.#group.collective, op, value);
  }

  /**
   * The arrays of all replicas, one behind another; they may differ in length.
   * @param axis - 0, as the arrays have one dimension
   * @throws as `reduce`
   */
  gather(value: Float32Array, axis = 0): Float32Array {
    return this.#atOnce('gather', gatherValue(this.#group.collective, value, axis));
  }

  /** As `gather`, off the event loop. */
  async gatherAsync(value: Float32Array, axis = 0): Promise<Float32Array> {
    return await this.#later(gatherValue(this.#group.collective, value, axis));
  }

  /**
   * Gives every replica the numbers that variables have in one of them. `optimizer.build(variables)` does that with the
   * variables it is given; after a state was loaded in one replica only, this does it with `optimizer.weights`, too.
   * @throws as `reduce`
   */
  broadcast(variables: Iterable<AnyVariable>, options: BroadcastOptions = {}): void {
    this.#atOnce('broadcast', this.#broadcast(variables, options));
  }

  /** As `broadcast`, off the event loop. */
  async broadcastAsync(variables: Iterable<AnyVariable>, options: BroadcastOptions = {}): Promise<void> {
    await this.#later(this.#broadcast(variables, options));
  }

  #broadcast(variables: Iterable<AnyVariable>, options: BroadcastOptions): Exchanges<void> {
    const { read, failure } = tried(() => {
      checkOptions('broadcast', options, ['root']);
      const { root = 0 } = options;
      checkNumber('root', root, {
        text: `a replica from 0 to ${this.numReplicasInSync - 1}`,
        contains: (x) => Number.isInteger(x) && x >= 0 && x < this.numReplicasInSync,
      });
      return { root, list: listOf(variables) };
    });
    const { root, list } = read ?? { root: 0, list: [] };
    return broadcast(this.#group.collective, 'broadcast', list, root, failure);
  }

  /**
   * Leaves, when all that was asked for is done; every replica must do so. A program that comes to its end by itself
   * does it, too.
   */
  async close(): Promise<void> {
    await this.#group.turns.take();
    try {
      await this.#group.collective.close();
    } finally {
      this.#group.turns.end();
    }
  }

  /** Leaves when the program has come to its end by itself. */
  protected closeAtEnd(): void {
    if (this.numReplicasInSync > 1) process.once('beforeExit', () => this.close());
  }

  /**
   * Takes in an optimizer that was made within the strategy.
   * @hidden
   */
  [ENTER](optimizer: OptimizerState): void {
    // One replica needs nobody, and its steps cost nothing more.
    if (this.numReplicasInSync === 1) return;
    const stepper = stepperOf(optimizer);
    const task = `a step of '${optimizer.name}', optimizer ${++this.#optimizers} of the strategy`;
    const steps = new ReplicatedSteps(this.#group, stepper.source, task, this.#shardState);
    stepper.hooks = steps;
    if (this.#shardState) stepper.source.states.newSlots.stretchOf = (variable) => steps.replication.shardOf(variable);
  }

  #atOnce<T>(task: string, exchanges: Exchanges<T>): T {
    checkTurn(this.#group, task);
    return atOnce(this.#group.collective, exchanges);
  }

  async #later<T>(exchanges: Exchanges<T>): Promise<T> {
    await this.#group.turns.take();
    try {
      return await later(this.#group.collective, exchanges);
    } finally {
      this.#group.turns.end();
    }
  }
}

/** What a replica knows of itself, after `tf.distribute.ReplicaContext`. */
export class ReplicaContext {
  /** The strategy that this is a replica of. */
  readonly strategy: Strategy;

  constructor(strategy: Strategy) {
    this.strategy = strategy;
  }

  /** How many replicas train together, ≥ 1. */
  get numReplicasInSync(): number {
    return this.strategy.numReplicasInSync;
  }

  /** Which of them this is, from 0. */
  get replicaIdInSyncGroup(): number {
    return this.strategy.replicaIdInSyncGroup;
  }

  /** As `strategy.reduce`. Sparse gradients stay sparse; TensorFlow 2.2 makes dense ones of them here. */
  allReduce<T extends Reducible>(op: ReduceOp, value: T): T {
    return this.strategy.reduce(op, value);
  }

  /** As `strategy.reduceAsync`. */
  async allReduceAsync<T extends Reducible>(op: ReduceOp, value: T): Promise<T> {
    return await this.strategy.reduceAsync(op, value);
  }

  /** As `strategy.gather`. */
  allGather(value: Float32Array, axis = 0): Float32Array {
    return this.strategy.gather(value, axis);
  }

  /** As `strategy.gatherAsync`. */
  async allGatherAsync(value: Float32Array, axis = 0): Promise<Float32Array> {
    return await this.strategy.gatherAsync(value, axis);
  }
}

function listOf(variables: Iterable<AnyVariable>): AnyVariable[] {
  if (typeof variables !== 'object' || variables === null || !(Symbol.iterator in variables)) {
    throw wrongType('variables', 'an iterable of Variables', variables);
  }
  const list = [...variables];
  const bad = list.findIndex((variable) => !isVariable(variable));
  if (bad >= 0) throw wrongType(`variables[${bad}]`, 'a Variable', list[bad]);
  return list;
}
