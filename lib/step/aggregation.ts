/** What a hook returned in place of the gradients that were read. */
import { typeError, wrongType } from '../arguments/errors.js';
import { isFloat32Array } from '../memory/typed-arrays.js';
import { Rows, type StepGradient } from '../variables/gradient.js';
import type { Eventually } from './outcome.js';

/** What was returned, if it is as many gradients as there are pairs. @throws TypeError `ERR_ADAMAX_ARG_TYPE` */
export function checkAggregated(gradients: readonly StepGradient[], count: number): readonly StepGradient[] {
  const fits = (gradient: unknown) => isFloat32Array(gradient) || gradient instanceof Rows;
  if (Array.isArray(gradients) && gradients.length === count && gradients.every(fits)) return [...gradients];
  throw wrongType('what aggregate returns', `${count} gradients, each a Float32Array or Rows`, gradients);
}

/** What a hook did at once, where nobody waits for a promise. @throws TypeError `ERR_ADAMAX_STATE` */
export function doneAtOnce<T>(result: Eventually<T>): T {
  if (!(result instanceof Promise)) return result;
  // Nobody waits for it any more.
  result.catch(() => {});
  throw typeError(
    'ERR_ADAMAX_STATE',
    'an aggregation that takes time must belong to an asynchronous step: received a promise',
  );
}
