import { rangeError, wrongType } from '../arguments/errors.js';
import { isFloat32Array, lengthOf } from '../memory/typed-arrays.js';
import type { VariableState } from '../state/variable-states.js';
import { knownVariable, type StepGradient, toGradient, toVariable } from '../variables/gradients.js';
import { IndexedSlices } from '../variables/indexed-slices.js';
import type { Variable } from '../variables/variable.js';
import { isConstrained } from './constraints.js';

/**
 * The pairs of a step that have a gradient. Kept from one step to the next: mostly the same list comes again, and then
 * there is nothing to look up.
 */
export class Pairs {
  /** What the caller listed as variables. */
  readonly #targets: unknown[] = [];
  readonly variables: Variable[] = [];
  readonly gradients: StepGradient[] = [];
  /** Of `variables`, as far as `resolved`. */
  readonly states: VariableState[] = [];
  /** Whether the variables are those of the last step that went well. */
  resolved = false;
  /** Whether a variable or a gradient is not what it was at the last step. */
  changed = true;
  /** Whether one of the variables may have a constraint. */
  constrained = false;
  /** Variables whose gradient is null. */
  without: Variable[] = [];

  get count(): number {
    return this.gradients.length;
  }

  /** Elements of all gradients. */
  get elements(): number {
    let sum = 0;
    for (const gradient of this.gradients) {
      sum += lengthOf(gradient instanceof IndexedSlices ? gradient.values : gradient);
    }
    return sum;
  }

  /**
   * Reads `gradsAndVars` once, running whatever code its iterator holds, and sets the pairs without a gradient apart.
   * Keras: `_filter_grads`.
   */
  read(gradsAndVars: unknown): void {
    if (typeof gradsAndVars !== 'object' || gradsAndVars === null || !(Symbol.iterator in gradsAndVars)) {
      throw wrongType('gradsAndVars', 'an iterable of [gradient, variable] pairs', gradsAndVars);
    }
    const targets = this.#targets;
    const gradients = this.gradients;
    if (this.without.length > 0) this.without = [];
    let position = 0;
    let count = 0;
    let changed = false;
    for (const item of gradsAndVars as Iterable<unknown>) {
      if (!Array.isArray(item) || item.length !== 2) {
        throw wrongType(`gradsAndVars[${position}]`, 'a [gradient, variable] pair', item);
      }
      const gradient: unknown = item[0];
      const target: unknown = item[1];
      // Looked at before, for this very variable; only an array of floats stands for itself.
      if (target === targets[count] && gradient === gradients[count] && gradient !== undefined) {
        count++;
      } else if (this.#take(count, position, gradient, target)) {
        changed = true;
        count++;
      }
      position++;
    }
    if (count < gradients.length) {
      changed = true;
      this.#truncate(count);
    }
    this.changed = changed;
  }

  /** Looks the states of the variables up. @throws RangeError `ERR_ADAMAX_DUPLICATE` */
  resolve(stateOf: (variable: Variable) => VariableState): void {
    const distinct = new Set<Variable>();
    this.constrained = this.variables.some(isConstrained);
    this.variables.forEach((variable, i) => {
      if (distinct.has(variable)) throw listedTwice(variable);
      distinct.add(variable);
      this.states[i] = stateOf(variable);
    });
  }

  /** Whether the pair has a gradient. What it is called in a message is put together only where it may be needed. */
  #take(i: number, position: number, gradient: unknown, target: unknown): boolean {
    const variable =
      i < this.count && target === this.#targets[i]
        ? this.variables[i]
        : (knownVariable(target) ?? toVariable(`gradsAndVars[${position}][1]`, target));
    if (gradient === null || gradient === undefined) {
      this.without.push(variable);
      return false;
    }
    const taken = isFloat32Array(gradient) ? gradient : toGradient(`gradsAndVars[${position}][0]`, gradient, variable);
    if (variable !== this.variables[i]) this.resolved = false;
    this.#targets[i] = target;
    this.variables[i] = variable;
    this.gradients[i] = taken;
    return true;
  }

  #truncate(count: number): void {
    this.#targets.length = count;
    this.variables.length = count;
    this.gradients.length = count;
    if (this.states.length > count) this.states.length = count;
  }
}

function listedTwice(variable: Variable): RangeError {
  return rangeError(
    'ERR_ADAMAX_DUPLICATE',
    `gradsAndVars must list each variable once: received '${variable.name}' twice`,
  );
}
