/** What a hook returned in place of the gradients that were read. */
import { typeError, wrongType } from '../arguments/errors.js';
import { isFloat32Array } from '../memory/typed-arrays.js';
import { Rows, type StepGradient } from '../variables/gradient.js';

/** What was returned, if it is as many gradients as there are pairs. @throws TypeError `ERR_ADAMAX_ARG_TYPE` */
export function checkAggregated(gradients: readonly StepGradient[], count: number): readonly StepGradient[] {
  const fits = (gradient: unknown) => isFloat32Array(gradient) || gradient instanceof Rows;
  if (Array.isArray(gradients) && gradients.length === count && gradients.every(fits)) return [...gradients];
  throw wrongType('what aggregate returns', `${count} gradients, each a Float32Array or Rows`, gradients);
}

/** The same where nobody waits for a promise. @throws TypeError `ERR_ADAMAX_STATE` */
export function aggregatedAtOnce(
  gradients: readonly StepGradient[] | Promise<readonly StepGradient[]>,
  count: number,
): readonly StepGradient[] {
  if (!(gradients instanceof Promise)) return checkAggregated(gradients, count);
  // Nobody waits for it any more.
  gradients.catch(() => {});
  throw typeError(
    'ERR_ADAMAX_STATE',
    'an aggregation that takes time must belong to an asynchronous step: received a promise',
  );
}
