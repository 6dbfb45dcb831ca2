/**
 * The arithmetic of each rule for one element, from CONTRIBUTING.md and the docstrings of the rules. `slots` holds the
 * moments before and after; what is returned is the parameter.
 */
import { stepElement } from '../../support/oracle.js';
import { flushed, round } from './round.js';

/** @param c - scalars, each rounded to binary32 */
export type Update = (p: number, slots: number[], g: number, c: readonly number[]) => number;

/** Scalars: 1 − β₁, β₂, α, ε. Slots: m, v. */
export const adamax: Update = (p, slots, g, [oneMinusBeta1, beta2, alpha, epsilon]) => {
  const [next, m, u] = stepElement(p, slots[0], slots[1], g, { oneMinusBeta1, beta2, alpha, epsilon });
  slots[0] = m;
  slots[1] = u;
  return next;
};

/** x' = x + (y − x)·weight */
function average(x: number, y: number, weight: number): number {
  return flushed(round(x + round(round(y - x) * weight)));
}

/** Scalars: lr, 1 − ρ, momentum, ε. Slots: rms, momentum if there is any, mg if it is centered. */
export function rmsprop(centered: boolean, momentum: boolean): Update {
  const mean = momentum ? 2 : 1;
  return (p, slots, g, [learningRate, oneMinusRho, decay, epsilon]) => {
    slots[0] = average(slots[0], round(g * g), oneMinusRho);
    let spread = slots[0];
    if (centered) {
      slots[mean] = average(slots[mean], g, oneMinusRho);
      spread = round(spread - round(slots[mean] * slots[mean]));
    }
    const change = round(round(learningRate * g) / round(Math.sqrt(round(spread + epsilon))));
    if (!momentum) return round(p - change);
    slots[1] = flushed(round(round(decay * slots[1]) + change));
    return round(p - slots[1]);
  };
}

/** Scalars: lr. No slots. */
export const sgd: Update = (p, _slots, g, [learningRate]) => round(p - round(learningRate * g));

/** Scalars: lr, momentum. Slot: momentum. */
export function sgdMomentum(nesterov: boolean): Update {
  return (p, slots, g, [learningRate, momentum]) => {
    const downhill = round(learningRate * g);
    slots[0] = flushed(round(round(momentum * slots[0]) - downhill));
    return round(p + (nesterov ? round(round(momentum * slots[0]) - downhill) : slots[0]));
  };
}

/** Scalars: lr, ε. Slot: accumulator. */
export const adagrad: Update = (p, slots, g, [learningRate, epsilon]) => {
  slots[0] = flushed(round(slots[0] + round(g * g)));
  return round(p - round(round(learningRate * g) / round(round(Math.sqrt(slots[0])) + epsilon)));
};

/** The fuzzer's own rule: scalars lr, β. Slots: speed, steps. Only what is stored is rounded. */
export const own: Update = (p, slots, g, [learningRate, beta]) => {
  slots[0] = round(beta * slots[0] + (1 - beta) * g);
  slots[1] = round(slots[1] + 1);
  return round(p - (learningRate * Math.sign(slots[0])) / slots[1]);
};
