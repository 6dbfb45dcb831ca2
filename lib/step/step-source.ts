import type { Clipping } from '../backend/backend.js';
import type { Rule } from '../backend/rule.js';
import type { Label } from '../state/labels.js';
import type { VariableStates } from '../state/variable-states.js';
import type { Variable } from '../variables/variable.js';
import type { Adopt } from '../variables/variable-like.js';
import type { NonFiniteGuard } from './non-finite.js';

/** What a step off the event loop has done. */
export interface StepOutcome {
  /** The number of steps taken so far. */
  readonly count: number;
  readonly stepped: readonly Variable[];
  /** Variables that were listed without a gradient. */
  readonly without: readonly Variable[];
  /** What a warning calls those. */
  readonly label: Label;
}

/** What a step needs of its optimizer. */
export interface StepSource {
  readonly rule: Rule;
  readonly states: VariableStates;
  readonly clipping: Clipping;
  readonly guard: NonFiniteGuard;
  /**
   * Computes the scalars of the next step, after `iterations` steps: code of the user may run.
   */
  writeScalars(iterations: number): void;
  /** Where `writeScalars` puts them. */
  readonly scalars: Float32Array;
  /** Where it puts the learning rate of the step, as a first element. */
  readonly learningRate: Float64Array;
  /** Finds variables for what is listed of other libraries. */
  readonly adopt: Adopt;
}
