import { rangeError, wrongType } from '../arguments/errors.js';
import { isFloat32Array, lengthOf } from '../memory/typed-arrays.js';
import { Rows, type StepGradient, toGradient } from '../variables/gradient.js';
import { isTrainable, timesChanged, type Variable } from '../variables/variable.js';
import { type Adopt, knownVariable, toVariable } from '../variables/variable-like.js';
import { gradientLabel, PairLabels, type PairWords } from './pair-labels.js';

/** What differs between the pairs of a step and those of the step before. */
export type Change = 'nothing' | 'gradients' | 'variables';

/**
 * The pairs of a step that have a gradient, read from what the caller listed: all code of the caller runs in `read`,
 * and what was read is kept here. Mostly the same list comes again, and then there is nothing to look up.
 */
export class StepPairs {
  readonly variables: Variable[] = [];
  readonly gradients: StepGradient[] = [];
  /** Variables whose gradient is null. */
  without: readonly Variable[] = NONE;
  readonly labels = new PairLabels(this.variables);
  /** Whether a variable was left out since it is not trainable. */
  passedOver = false;
  /** Whether gradients are to be aggregated over replicas, where there are any. */
  aggregate = true;
  /** What the caller listed as variables. */
  readonly #targets: unknown[] = [];
  /** What the caller listed as gradients, where that is an array of floats, which alone stands for itself. */
  readonly #given: unknown[] = [];
  readonly #adopt: Adopt;
  #changed = timesChanged();
  /** Of the list that is being read. */
  #change: Change = 'nothing';

  /** @param adopt - finds variables for what is listed of other libraries */
  constructor(adopt: Adopt) {
    this.#adopt = adopt;
  }

  get count(): number {
    return this.gradients.length;
  }

  /** Elements of all gradients. */
  get elements(): number {
    let sum = 0;
    for (const gradient of this.gradients) sum += lengthOf(gradient instanceof Rows ? gradient.values : gradient);
    return sum;
  }

  /**
   * Reads `gradsAndVars` once, running whatever code its iterator holds, and sets the pairs without a gradient apart.
   * Variables that are not trainable are passed over, with their gradients. Keras: `_filter_grads`.
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_CONSTRAINT`; RangeError `ERR_ADAMAX_SHAPE`,
   *   `ERR_ADAMAX_NO_GRADIENTS`; and what the caller's code throws
   */
  read(gradsAndVars: unknown, words: PairWords): Change {
    const { labels } = this;
    labels.words = words;
    labels.leftOut = null;
    this.passedOver = false;
    const isArray = isPlainArray(gradsAndVars);
    if (!isArray && !isIterable(gradsAndVars)) {
      throw wrongType('gradsAndVars', 'an iterable of [gradient, variable] pairs', gradsAndVars);
    }
    // An array that stood for a variable may not do so any more once variables were given other memory, and others may
    // have been frozen.
    if (this.#changed !== timesChanged()) this.#truncate(0);
    this.#changed = timesChanged();
    this.#change = 'nothing';
    let count = 0;
    let position = 0;
    if (isArray) {
      // The loop goes as the iterator would, in less time.
      for (; position < gradsAndVars.length; position++)
        count += this.#readPair(count, position, gradsAndVars[position]);
    } else {
      for (const item of gradsAndVars) count += this.#readPair(count, position++, item);
    }
    this.without = labels.leftOut === null ? NONE : labels.missing;
    if (count < this.gradients.length) {
      this.#change = 'variables';
      this.#truncate(count);
    }
    // Code of the caller may have frozen a variable after its pair was read.
    if (this.#changed !== timesChanged()) this.#dropFrozen();
    if (this.count === 0 && this.without.length > 0) throw noGradients(this.labels, this.without);
    return this.#change;
  }

  /** Forgets everything, so that nothing of a failed step is taken for known. */
  clear(): void {
    this.#truncate(0);
    this.without = NONE;
  }

  /** Reads a pair into place `i`. The number of pairs with a gradient in it: 1, or 0. */
  #readPair(i: number, position: number, item: unknown): 0 | 1 {
    if (!Array.isArray(item) || item.length !== 2) {
      throw wrongType(`gradsAndVars[${position}]`, 'a [gradient, variable] pair', item);
    }
    const gradient: unknown = item[0];
    const target: unknown = item[1];
    if (target === this.#targets[i] && target !== undefined && gradient !== undefined) {
      // The same array for the same variable as in the last step was looked at then.
      if (gradient === this.#given[i]) return 1;
      if (isFloat32Array(gradient)) {
        this.#given[i] = gradient;
        this.gradients[i] = gradient;
        if (this.#change === 'nothing') this.#change = 'gradients';
        return 1;
      }
    }
    return this.#readOther(i, position, gradient, target);
  }

  /** A pair that is another one than in the last step, by more than an array of floats for another. */
  #readOther(i: number, position: number, gradient: unknown, target: unknown): 0 | 1 {
    const variable = this.#variableOf(i, position, target);
    if (!isTrainable(variable)) {
      this.passedOver = true;
      this.labels.leaveOut(position, variable, false);
      return 0;
    }
    if (gradient === null || gradient === undefined) {
      this.labels.leaveOut(position, variable, true);
      return 0;
    }
    this.#take(i, position, gradient, variable);
    if (target !== this.#targets[i]) this.#targets[i] = target;
    return 1;
  }

  #variableOf(i: number, position: number, target: unknown): Variable {
    if (i < this.count && target === this.#targets[i]) return this.variables[i];
    // What the variable is called in a message is put together only where it may be needed.
    return knownVariable(target) ?? toVariable(`gradsAndVars[${position}][1]`, target, this.#adopt);
  }

  #take(i: number, position: number, gradient: unknown, variable: Variable): void {
    const isFloats = isFloat32Array(gradient);
    const same = variable === this.variables[i];
    const last = same ? this.gradients[i] : undefined;
    const argument = () => gradientLabel(this.labels.words, position, variable);
    const taken = isFloats ? gradient : toGradient(argument, gradient, variable, last);
    this.#given[i] = isFloats ? gradient : undefined;
    this.gradients[i] = taken;
    if (!same) {
      this.variables[i] = variable;
      this.#change = 'variables';
    } else if (taken !== last && this.#change === 'nothing') {
      this.#change = 'gradients';
    }
  }

  #dropFrozen(): void {
    const isKept = (i: number) => isTrainable(this.variables[i]);
    const kept = [...this.variables.keys()].filter(isKept);
    this.labels.dropPlaces([...this.variables.keys()].filter((i) => !isKept(i)));
    for (const list of [this.#targets, this.#given, this.variables, this.gradients] as unknown[][]) {
      kept.forEach((from, to) => {
        list[to] = list[from];
      });
    }
    this.passedOver = this.passedOver || kept.length < this.count;
    this.without = this.without.filter(isTrainable);
    this.#truncate(kept.length);
    this.#change = 'variables';
  }

  #truncate(count: number): void {
    this.#targets.length = count;
    this.#given.length = count;
    this.variables.length = count;
    this.gradients.length = count;
  }
}

const NONE: readonly Variable[] = [];

const arrayIterator = Array.prototype[Symbol.iterator];

function isPlainArray(list: unknown): list is readonly unknown[] {
  return Array.isArray(list) && list[Symbol.iterator] === arrayIterator;
}

function isIterable(list: unknown): list is Iterable<unknown> {
  return typeof list === 'object' && list !== null && Symbol.iterator in list;
}

/** All gradients are missing: almost always a mistake in the caller's backward pass. */
function noGradients(labels: PairLabels, variables: readonly Variable[]): RangeError {
  const names = variables.map(labels.variable).join(', ');
  return rangeError(
    'ERR_ADAMAX_NO_GRADIENTS',
    `${labels.words.list} must hold a gradient for some variable: received null for ${names}`,
  );
}
