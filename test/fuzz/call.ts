/** A call, and what the model says of it. */
import type { Faults } from './faults.js';
import type { StepModel } from './model/step.js';
import type { Draw } from './random.js';
import type { World } from './world.js';

export interface Call {
  /** For a reader of a trace. */
  readonly text: string;
  readonly faults: Faults;
  /** Makes the call; a promise is waited for. */
  act(): unknown;
  /** Applies a call that succeeded to the model, and says where its result is wrong. */
  apply(result: unknown): void;
  /** The step that it takes. */
  readonly step?: StepModel;
  /** Whether that step leaves the event loop where it is large enough. */
  readonly mayLeave?: boolean;
}

/** Makes a call of some kind; null where there is nothing to call just now. */
export type CallMaker = (world: World, draw: Draw) => Call | null;

export interface CallKind {
  readonly name: string;
  readonly weight: number;
  readonly make: CallMaker;
}

/** A call that changes nothing, and may return anything. */
export const ignore = (): void => {};
