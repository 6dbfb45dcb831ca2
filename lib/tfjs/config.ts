import { wrongValue } from '../arguments/errors.js';
import { checkRecord } from '../arguments/options.js';

/** A config that contains itself would have no end. */
const DEEPEST = 100;

/**
 * A config as this package writes it, of what TensorFlow.js makes of it when it loads a model: there all keys are in camel
 * case, those of a schedule too, and there is one more, `customObjects`.
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`; RangeError `ERR_ADAMAX_ARG_VALUE`
 */
export function configFrom(config: unknown): Record<string, unknown> {
  checkRecord('config', config, 'an object as getConfig gives it');
  const { customObjects: _, ...own } = config as Record<string, unknown>;
  return pythonic(own, 0) as Record<string, unknown>;
}

function pythonic(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return value;
  if (depth === DEEPEST) throw wrongValue('config', `nested at most ${DEEPEST} deep`, value);
  if (Array.isArray(value)) return value.map((item) => pythonic(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [snakeCased(key), pythonic(item, depth + 1)]));
}

/** `learningRate` → `learning_rate`, `beta1` → `beta_1`; what is in snake case already stays. */
function snakeCased(key: string): string {
  return key.replace(/([a-z])(?=[A-Z\d])/g, '$1_').toLowerCase();
}
