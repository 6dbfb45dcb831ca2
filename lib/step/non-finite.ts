import { rangeError } from '../arguments/errors.js';
import { checkOneOf } from '../arguments/options.js';
import { warn } from '../arguments/warn.js';
import type { SteppedStretch, Stretch } from '../backend/stretch.js';
import { lengthOf } from '../memory/typed-arrays.js';
import { Rows, type StepGradient } from '../variables/gradient.js';

/** What a step does when a gradient holds a NaN or an infinity. */
export type NonFinite = 'propagate' | 'throw' | 'skip';

/** An element that is not finite, by its place in its array. */
export interface BadElement {
  readonly index: number;
  readonly value: number;
}

/** What an optimizer does about gradients that are not finite, and what has come of it. */
export class NonFiniteGuard {
  #policy: NonFinite = 'propagate';
  /** What the step under way goes by, whatever is set meanwhile. */
  #inForce: NonFinite = 'propagate';
  #refusal: RangeError | null = null;
  #skipped = 0;
  #warned = false;

  constructor(policy: NonFinite) {
    this.policy = policy;
  }

  get policy(): NonFinite {
    return this.#policy;
  }
  set policy(policy: NonFinite) {
    checkOneOf('nonFinite', policy, ['propagate', 'throw', 'skip']);
    this.#policy = policy;
  }

  /** Steps skipped so far. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Whether the step that is about to run is to look at its gradients, by the policy as it is now. */
  begin(): boolean {
    this.#inForce = this.#policy;
    return this.#inForce !== 'propagate';
  }

  /** Whether the step under way looks at its gradients. */
  get isOn(): boolean {
    return this.#inForce !== 'propagate';
  }

  /**
   * The error that ends a step when nothing of it has been written, or when that has been taken back.
   * @param argument - what the gradient is called
   * @param stretch - the elements of it that the step goes by, or what stands for them; null for all
   */
  refuse(argument: string, gradient: StepGradient | undefined, stretch: SteppedStretch | null = null): RangeError {
    // Whoever is neither told nor warned of an element need not wait until it is found.
    if (!this.isToldOf) return this.#refuse(argument);
    return this.#refuse(messageOf(nameOf(argument, gradient), elementOf(gradient, stretch)));
  }

  /** The same where somebody has looked for the element. @param element - null for one that was not found */
  refuseAt(argument: string, gradient: StepGradient, element: BadElement | null): RangeError {
    return this.#refuse(messageOf(nameOf(argument, gradient), element));
  }

  /** Whether anybody hears which element it is, should the step under way be refused. */
  get isToldOf(): boolean {
    return this.#inForce !== 'skip' || !this.#warned;
  }

  #refuse(message: string): RangeError {
    this.#refusal = rangeError('ERR_ADAMAX_NON_FINITE', message);
    return this.#refusal;
  }

  /**
   * Counts a step that ended by an error of `refuse` and is to be skipped, and warns of the first one. Nobody else's
   * error is taken for one, whatever its code. Rethrows all others.
   */
  skip(error: unknown): void {
    const refusal = this.#refusal;
    this.#refusal = null;
    if (refusal === null || error !== refusal || this.#inForce !== 'skip') throw error;
    this.#skipped++;
    if (this.#warned) return;
    this.#warned = true;
    warn('ADAMAX_NON_FINITE', () => ({
      message: `A step was skipped: ${refusal.message}`,
      detail: 'Nothing has changed. Further steps that are skipped are counted in skippedSteps, and not warned of.',
    }));
  }
}

/**
 * The first element that is not finite, or null.
 * @param stretch - the elements that are looked at, or what stands for them; null for all
 */
export function elementOf(
  gradient: StepGradient | undefined,
  stretch: Stretch | SteppedStretch | null,
): BadElement | null {
  const values = gradient instanceof Rows ? gradient.values : gradient;
  const length = values === undefined ? 0 : lengthOf(values);
  const begin = stretch?.begin ?? 0;
  const own = stretch !== null && 'gradient' in stretch ? stretch.gradient : null;
  for (let index = begin; index < (stretch?.end ?? length); index++) {
    const value = own === null ? (values as Float32Array)[index] : own[index - begin];
    if (!(value > -Infinity && value < Infinity)) return { index, value };
  }
  return null;
}

function nameOf(argument: string, gradient: StepGradient | undefined): string {
  return gradient instanceof Rows ? `${argument}.values` : argument;
}

function messageOf(name: string, element: BadElement | null): string {
  if (element !== null) return `${name}[${element.index}] must be finite: received ${element.value}`;
  // Off the event loop the array may have changed since, or gone.
  return `${name} must be finite: received a NaN or an infinity`;
}
