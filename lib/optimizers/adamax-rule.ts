import { needKernel, withKernel } from '../backend/kernel.js';
import { withoutTiny } from '../backend/rule.js';

const { abs, fround } = Math;

/**
 * Adamax (Kingma & Ba 2014, section 7) in IEEE 754 binary32, each operation rounded once, none fused:
 *
 *     m' = m + (g − m)·(1 − β₁)                     |m'| < 2⁻¹⁰² → +0
 *     u' = a > b ? a : b,  a = u·β₂,  b = |g|       |u'| < 2⁻¹⁰² → +0
 *     p' = p − α·(m' / (u' + ε))
 *
 * Scalars: 1 − β₁, β₂, α = lr / (1 − β₁ᵗ), ε. Slots: m, and u under the name that Keras gives it, `v`. Native twin:
 * native/kernels/adamax-inl.h.
 */
export const adamaxRule = withKernel(needKernel('adamax', 2, 4), {
  name: 'adamax',
  slots: ['m', 'v'],
  scalars: 4,
  sweep(param, out, slots, at, grad, gradAt, n, scalars) {
    const m = slots[0];
    const u = slots[1];
    const oneMinusBeta1 = scalars[0];
    const beta2 = scalars[1];
    const alpha = scalars[2];
    const epsilon = scalars[3];
    for (let i = at, j = gradAt; j < gradAt + n; i++, j++) {
      const g = grad[j];
      const m1 = withoutTiny(fround(m[i] + fround(fround(g - m[i]) * oneMinusBeta1)));
      const a = fround(u[i] * beta2);
      const b = abs(g);
      // Math.max would keep a NaN in u, where b wins here
      const u1 = withoutTiny(a > b ? a : b);
      m[i] = m1;
      u[i] = u1;
      out[i] = fround(param[i] - fround(alpha * fround(m1 / fround(u1 + epsilon))));
    }
  },
});
