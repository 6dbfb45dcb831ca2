import { widen } from '../math/bfloat16.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import { statesOf } from '../optimizers/optimizer-state.js';
import type { NdArray } from '../state/nd-array.js';
import type { Variable } from '../variables/variable.js';
import type { NamedTensor, Tfjs } from './namespace.js';
import { readEntries } from './saved-entries.js';
import { match, type SavedSlots, slotsOf } from './saved-slots.js';

/**
 * The state of an optimizer in the form of TensorFlow.js: `iter`, then every first slot, then every second one. It comes
 * back before any variable is known, so that what was saved waits here for the step that brings its variable.
 */
export class Weights {
  readonly #tf: Tfjs;
  readonly #core: Optimizer;
  #waiting: readonly SavedSlots[] = [];
  /** Whether nothing of it has found its variable so far. */
  #isUntouched = false;

  constructor(tf: Tfjs, core: Optimizer) {
    this.#tf = tf;
    this.#core = core;
  }

  /** Whether something was set that has not found its variable. */
  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  get iterations(): number {
    return statesOf(this.#core).counter.get();
  }

  /** Copies, which are the caller's to dispose of. */
  get(): NamedTensor[] {
    const [iterations, ...own] = this.#core.getWeights();
    const slots = [...own.map(asSaved), ...this.#waiting.flatMap(pathsOf)];
    const kindOf = ({ name }: { name: string }) => name.slice(name.lastIndexOf('/') + 1);
    const tensors = statesOf(this.#core).ruleSlots.flatMap((kind) => slots.filter((slot) => kindOf(slot) === kind));
    return [
      this.iter(Number(iterations.data[0])),
      ...tensors.map(({ name, data, shape }) => ({ name, tensor: this.#tf.tensor(data, [...shape], 'float32') })),
    ];
  }

  /** The counter, which TensorFlow.js has as an int32 scalar. */
  iter(count = this.iterations): NamedTensor {
    return { name: 'iter', tensor: this.#tf.scalar(count, 'int32') };
  }

  /** @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_DETACHED`; RangeError `ERR_ADAMAX_WEIGHTS`: nothing has changed */
  async set(weights: unknown): Promise<void> {
    const { iterations, slots } = await readEntries(this.#tf, weights);
    const states = statesOf(this.#core);
    const saved = slotsOf(slots, states.ruleSlots);
    const known = states.variables;
    const matches = match(known, saved, known.length > 0 && saved.length > 0);
    // What was saved without slots had none, and begins anew.
    this.#core.release(known.filter((variable) => !matches.has(variable)));
    this.#write(matches, iterations);
    this.#waiting = saved.filter((one) => ![...matches.values()].includes(one));
    this.#isUntouched = matches.size === 0;
  }

  /** Gives the variables of a step what was saved of them, before they are stepped. */
  bind(variables: readonly Variable[]): void {
    const { slots, ruleSlots } = statesOf(this.#core);
    const fresh = variables.filter((variable) => slots.find(variable, ruleSlots[0]) === undefined);
    if (fresh.length === 0) return;
    const matches = match(fresh, this.#waiting, this.#isUntouched);
    if (matches.size === 0) return;
    // All slots of the step are made at once, so that they are listed kind by kind.
    this.#core.build(variables);
    this.#write(matches, this.iterations);
    this.#waiting = this.#waiting.filter((one) => ![...matches.values()].includes(one));
    this.#isUntouched = false;
  }

  /** Lets go of what was saved and never used. */
  clear(): void {
    this.#waiting = [];
  }

  #write(matches: ReadonlyMap<Variable, SavedSlots>, count: number): void {
    const weights = [...matches].flatMap(([{ name }, one]) => pathsOf({ ...one, name }));
    const iterations = { name: 'iterations', data: [count], shape: [] };
    this.#core.setWeights([iterations, ...weights], { partial: true });
  }
}

interface Named {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

function pathsOf({ name, shape, slots }: SavedSlots): Named[] {
  return [...slots].map(([kind, data]) => ({ name: `${name}/${kind}`, shape, data }));
}

/** A weight as float32, which holds all that bfloat16 does. */
function asSaved({ name, shape, data }: NdArray): Named {
  if (!(data instanceof Uint16Array)) return { name, shape, data: data as Float32Array };
  const wide = new Float32Array(data.length);
  widen(data, 0, wide, data.length);
  return { name, shape, data: wide };
}
