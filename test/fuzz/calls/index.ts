/** Every kind of call, and how often it comes. */
import type { CallKind } from '../call.js';
import { kernels } from './kernels.js';
import { losses } from './losses.js';
import { memory } from './memory.js';
import { runtime } from './runtime.js';
import { settings } from './settings.js';
import { state } from './state.js';
import { steps } from './steps.js';
import { weights } from './weights.js';

export const callKinds: readonly CallKind[] = [
  ...steps,
  ...losses,
  ...state,
  ...weights,
  ...settings,
  ...memory,
  ...runtime,
  ...kernels,
];
