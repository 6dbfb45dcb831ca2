/** What is updated: variables, and bare arrays, which stand for one by where they lie. */
import type { Variable } from 'adamax';
import type { Floats } from '../memory.js';

/** What a constraint does to a parameter; null where it throws or is refused. */
export interface ConstraintModel {
  readonly text: string;
  readonly fault: 'PLANNED' | 'ERR_ADAMAX_LENGTH' | 'ERR_ADAMAX_ARG_TYPE' | null;
  readonly project: (values: Float32Array) => void;
}

export interface VariableModel {
  readonly id: string;
  /** Null for a bare array, until its variable is asked for. */
  real: Variable | null;
  /** Where it lay when it stood for a bare array. */
  readonly bareAt: Floats | null;
  /** The name that was given. */
  readonly name: string | null;
  readonly shape: readonly number[];
  readonly size: number;
  readonly constraint: ConstraintModel | null;
  memory: Floats;
  trainable: boolean;
}

export const rowLengthOf = ({ shape }: VariableModel) => shape.slice(1).reduce((product, n) => product * n, 1);

export const sizeOf = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1);

/** Whether memory that it should have is not there. Of what has no elements nobody can tell. */
export const hasGone = ({ memory, size }: VariableModel) => memory.block.gone && size > 0;

/** What a call lists for a variable. */
export interface Target {
  readonly text: string;
  readonly real: unknown;
  /** Null where it is no variable at all. */
  readonly variable: VariableModel | null;
  /** Why it is refused wherever it is listed. */
  readonly fault: 'ERR_ADAMAX_ARG_TYPE' | 'ERR_ADAMAX_RESIZABLE' | 'ERR_ADAMAX_DETACHED' | null;
}
