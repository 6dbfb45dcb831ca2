/** What PyTorch's optimizers keep, and how that becomes what is kept here. */
import { describe, rangeError } from '../../arguments/errors.js';
import { damaged } from '../../checkpoint/format/damage.js';
import type { ClassName } from '../imported.js';

type Options = Readonly<Record<string, unknown>>;

interface TorchRule {
  /** What is taken over of a group of parameters. */
  readonly options: readonly string[];
  /** Our config, in the words of Keras. */
  config(group: Options): Record<string, unknown>;
  /** Our slots, each with the name that it has there. */
  readonly slots: Readonly<Record<string, string>>;
  /** An element of one of our slots. */
  convert(slot: string, x: number, group: Options): number;
  readonly notes: (group: Options) => readonly string[];
}

const LEARNING_RATE_NOTE =
  'the momentum of PyTorch does not have the learning rate in it: it has been multiplied by the rate of the moment, ' +
  'so that steps are the same as long as the rate stays the same';

export const RULES: Readonly<Record<ClassName, TorchRule>> = {
  Adamax: {
    options: ['lr', 'betas', 'eps'],
    config: ({ lr, betas, eps }) => {
      const [beta_1, beta_2] = betas as readonly number[];
      return { learning_rate: lr, beta_1, beta_2, epsilon: eps };
    },
    slots: { m: 'exp_avg', v: 'exp_inf' },
    // There the maximum is that of |g| + ε, so that ε is in the norm; here it is added to the norm.
    convert: (slot, x, { eps }) => (slot === 'v' ? Math.max(x - Number(eps), 0) : x),
    notes: ({ eps }) => [`epsilon ${eps} is inside of the maximum there: it has been taken off each norm (v)`],
  },
  Adagrad: {
    options: ['lr', 'lr_decay', 'initial_accumulator_value', 'eps'],
    config: ({ lr, lr_decay, initial_accumulator_value, eps }) => {
      return { learning_rate: lr, decay: lr_decay, initial_accumulator_value, epsilon: eps };
    },
    slots: { accumulator: 'sum' },
    convert: (_, x) => x,
    notes: () => [],
  },
  RMSprop: {
    options: ['lr', 'alpha', 'momentum', 'centered', 'eps'],
    config: ({ lr, alpha, momentum, centered, eps }) => {
      return { learning_rate: lr, rho: alpha, momentum, centered, epsilon: Number(eps) ** 2 };
    },
    slots: { rms: 'square_avg', momentum: 'momentum_buffer', mg: 'grad_avg' },
    convert: (slot, x, { lr }) => (slot === 'momentum' ? x * Number(lr) : x),
    notes: ({ eps, momentum }) => [
      `epsilon ${eps} is outside of the root there: it is ${Number(eps) ** 2} here, inside`,
      ...(momentum === 0 ? [] : [LEARNING_RATE_NOTE]),
    ],
  },
  SGD: {
    options: ['lr', 'momentum', 'nesterov'],
    config: ({ lr, momentum, nesterov }) => ({ learning_rate: lr, momentum, nesterov }),
    slots: { momentum: 'momentum_buffer' },
    convert: (_, x, { lr }) => -x * Number(lr),
    notes: ({ momentum }) => (momentum === 0 ? [] : [LEARNING_RATE_NOTE]),
  },
};

/** Options that nothing here does: they must be off. */
export const OFF = ['weight_decay', 'dampening', 'maximize'];
/** Options that say how PyTorch computes, and not what. */
const WAYS = ['params', 'param_names', 'foreach', 'fused', 'capturable', 'differentiable', 'decoupled_weight_decay'];

/** @throws RangeError `ERR_ADAMAX_CONFIG` */
export function checkOff(file: string, group: Options): void {
  for (const key of OFF) {
    const value = group[key];
    if (value === undefined || value === null || value === false || value === 0) continue;
    const expected = `${key} of the optimizer of ${file} must be off, since nothing here does it`;
    throw rangeError(
      'ERR_ADAMAX_CONFIG',
      `${expected} (config: { ${key}: 0 } leaves it out): received ${describe(value)}`,
    );
  }
}

/** Options that each PyTorch has written: without one, ours would stand for it, and slots are converted by some. */
const NEEDED = ['lr', 'betas', 'alpha', 'eps'];

/** @throws RangeError `ERR_ADAMAX_CHECKPOINT` */
export function checkNumbers(file: string, className: ClassName, group: Options): void {
  for (const key of NEEDED.filter((one) => RULES[className].options.includes(one))) {
    const value = group[key];
    const [count, numbers] = key === 'betas' ? [2, [value].flat()] : [1, [value]];
    if (numbers.length === count && numbers.every((x) => typeof x === 'number')) continue;
    const expected = count === 1 ? 'a number' : 'two numbers';
    throw damaged(file, `${key} of the optimizer must be ${expected}, as that`, value);
  }
}

/** Options of a group that say something which is not taken over, as those of schedules do. */
export function strangeOptions(className: ClassName, group: Options): string[] {
  const known = [...RULES[className].options, ...OFF, ...WAYS];
  return Object.keys(group).filter((key) => !known.includes(key));
}
