import { backend } from '../backend/choose-backend.js';
import { isDetached, newDoubles } from '../memory/typed-arrays.js';
import { Rows, type StepGradient } from '../variables/gradient.js';

/** What an optimizer says of a step that it has taken or skipped. Nothing in it changes any more. */
export interface StepRecord {
  /** Number of steps taken so far: with this one, or without it where it was skipped. */
  readonly steps: number;
  /** The learning rate that the step was taken at, decay included. */
  readonly learningRate: number;
  /** The value of the loss, of a step of `minimize` and its kin whose loss said one; otherwise undefined. */
  readonly loss: number | undefined;
  /** Whether `nonFinite: 'skip'` left everything as it was. */
  readonly skipped: boolean;
  /**
   * The root of the sum of the squares of all gradients that the step went by, before clipping. Of sparse ones the
   * slices count as they were given; of replicas, the sums that all have stepped by.
   *
   * It is computed from the arrays of the gradients when it is first read, which takes one pass over them, and kept. So
   * it must be read **before those arrays are written again**: what has been written into them is not noticed. It is
   * undefined where nobody can tell, now or ever: once the next step of the optimizer has begun, after `release`, where
   * an array was transferred away; for a skipped step, whose gradients are let go of; for a step that TensorFlow.js took
   * in the memory of its wasm backend; and in a strategy where no replica has the whole sum: with sharded state, unless
   * gradients are clipped by norm, and for steps that block and sum more than 16,384 elements of a variable, unless
   * `nonFinite` has them looked at.
   */
  readonly gradientNorm: number | undefined;
}

/**
 * What is kept of the last step for whoever asks. A step writes four numbers, in place; all else is found out of those
 * when somebody asks, and noted only by the kinds of steps that have more to say.
 */
export class LastStep {
  /** Steps that have begun, to whatever end, and which of them was the last that was taken or skipped. */
  #begun = 0;
  #last = 0;
  #steps = 0;
  /** An array has the engine store the number without making an object of it. */
  readonly #learningRate = newDoubles(1);
  /** Which step was skipped, and which went by gradients that nobody here may look at later. */
  #skipped = 0;
  #elsewhere = 0;
  #loss: number | undefined;
  #lossOf = 0;
  #record: StepRecord | null = null;
  #recordOf = 0;
  readonly #norm: () => number | undefined;

  /** @param norm - that of the gradients of the step which began last, while they are known */
  constructor(norm: () => number | undefined) {
    this.#norm = norm;
  }

  /** A step begins: its gradients are put where those of the last one were. */
  begin(): void {
    this.#begun++;
  }

  /** The step that began last was taken. @param steps - with it */
  taken(steps: number, learningRate: Float64Array): void {
    this.#last = this.#begun;
    this.#steps = steps;
    this.#learningRate[0] = learningRate[0];
  }

  /** The same of a step by gradients that may be gone. */
  takenElsewhere(steps: number, learningRate: Float64Array): void {
    this.taken(steps, learningRate);
    this.#elsewhere = this.#last;
  }

  /** The step that began last was skipped. @param steps - without it */
  skipped(steps: number, learningRate: Float64Array): void {
    this.taken(steps, learningRate);
    this.#skipped = this.#last;
  }

  /** The step that began last was one by the gradients of this loss, if it was one at all; that of before keeps its own. */
  lossWas(loss: number): void {
    if (this.#last !== this.#begun) return;
    this.#loss = loss;
    this.#lossOf = this.#last;
  }

  /** The same object until the next step has ended; null before the first one. */
  get record(): StepRecord | null {
    if (this.#last === 0) return null;
    if (this.#record === null || this.#recordOf !== this.#last) this.#record = this.#newRecord();
    this.#recordOf = this.#last;
    return this.#record;
  }

  #newRecord(): StepRecord {
    // A record that is kept shall keep neither the optimizer nor the arrays of its gradients.
    const source = new WeakRef<LastStep>(this);
    const step = this.#last;
    let norm: number | undefined;
    let isRead = false;
    return Object.freeze({
      steps: this.#steps,
      learningRate: this.#learningRate[0],
      loss: this.#lossOf === step ? this.#loss : undefined,
      skipped: this.#skipped === step,
      get gradientNorm(): number | undefined {
        if (!isRead) norm = source.deref()?.normOf(step);
        isRead = true;
        return norm;
      },
    });
  }

  /** The norm of the gradients of a step; undefined where another has begun since. */
  normOf(step: number): number | undefined {
    const isKnown = step === this.#begun && step !== this.#skipped && step !== this.#elsewhere;
    return isKnown ? this.#norm() : undefined;
  }
}

/** The norm of gradients as one vector; undefined where the memory of one has gone. */
export function normOfAll(gradients: readonly StepGradient[]): number | undefined {
  let sum = 0;
  for (const gradient of gradients) {
    const values = gradient instanceof Rows ? gradient.values : gradient;
    if (isDetached(values)) return undefined;
    sum += backend().sumSquares(values);
  }
  return Math.sqrt(sum);
}

/** The same of gradients whose own norms are known. */
export function normOfNorms(norms: Float64Array): number {
  return Math.sqrt(norms.reduce((sum, norm) => sum + norm * norm, 0));
}
