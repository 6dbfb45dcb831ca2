import { backend } from '../backend/choose-backend.js';
import { isDetached } from '../memory/typed-arrays.js';
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
   * in the memory of its wasm backend; and, unless gradients are clipped by norm, where a strategy shards the state,
   * since then no replica has the whole sum.
   */
  readonly gradientNorm: number | undefined;
}

/** How a step ended; `elsewhere` is one that went by gradients which nobody here may look at later. */
type Ending = 'taken' | 'elsewhere' | 'skipped';

/**
 * What is kept of the last step for whoever asks: a few numbers, so that a step that nobody asks about costs nothing
 * that could be measured.
 */
export class LastStep {
  /** Steps that have begun, to whatever end. */
  #begun = 0;
  /** Which of them was the last that was taken or skipped. */
  #last = 0;
  #ending: Ending = 'taken';
  // NaN has the engine keep these as doubles, in place, from the first step on.
  #steps = Number.NaN;
  #learningRate = Number.NaN;
  #loss: number | undefined;
  #record: StepRecord | null = null;
  readonly #norm: () => number | undefined;

  /** @param norm - that of the gradients of the step which began last, while they are known */
  constructor(norm: () => number | undefined) {
    this.#norm = norm;
  }

  /** A step begins: its gradients are put where those of the last one were. */
  begin(): void {
    this.#begun++;
  }

  end(ending: Ending, steps: number, learningRate: number, loss: number | undefined): void {
    this.#last = this.#begun;
    this.#ending = ending;
    this.#steps = steps;
    this.#learningRate = learningRate;
    this.#loss = loss;
    this.#record = null;
  }

  /** The same object until the next step has ended; null before the first one. */
  get record(): StepRecord | null {
    if (this.#last === 0) return null;
    this.#record ??= this.#newRecord();
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
      learningRate: this.#learningRate,
      loss: this.#loss,
      skipped: this.#ending === 'skipped',
      get gradientNorm(): number | undefined {
        if (!isRead) norm = source.deref()?.normOf(step);
        isRead = true;
        return norm;
      },
    });
  }

  /** The norm of the gradients of a step; undefined where another has begun since. */
  normOf(step: number): number | undefined {
    return step === this.#begun && this.#ending === 'taken' ? this.#norm() : undefined;
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
