// Adamax: Kingma & Ba, "Adam: a method for stochastic optimization" (2014), section 7, algorithm 2, with the epsilon
// of tf.keras.optimizers.Adamax outside the maximum. For each element, in IEEE 754 binary32, each operation rounded
// once to nearest even, none fused:
//
//   m' = m + (g - m) * (1 - beta1)                            |m'| < 2^-102 -> +0
//   u' = a > b ? a : b   where a = u * beta2, b = |g|          |u'| < 2^-102 -> +0
//   p' = p - alpha * (m' / (u' + epsilon))                     alpha = lr / (1 - beta1^t)
//
// NaN: a comparison with NaN is false. A NaN gradient makes m', u' and p' NaN; a NaN in u alone heals, since b wins.
// TypeScript twin and reference: lib/optimizers/adamax-rule.ts.
//
// What bounds the loop (4 reads, 3 writes, 28 bytes an element; measured by `npm run bench`):
//   portable  one SSE2 division of 4 lanes every 3 to 6 cycles; from the second-level cache on, loads and stores
//   avx2      in the first-level cache the division (8 lanes every 5 cycles); beyond it, bandwidth
//   avx512    the same: a division of 16 lanes takes twice the cycles, so it gains in the first-level cache only by
//             fewer instructions, and nothing where bandwidth binds
//   neon      the division (4 lanes every 5 to 10 cycles); beyond the caches, bandwidth
struct Adamax {
  static constexpr const char* kName = "adamax";
  static constexpr int kSlots = 2;
  static constexpr int kScalars = 4;

  Vec one_minus_beta1, beta2, alpha, epsilon, tiny;

  ADAMAX_INLINE Adamax from(const float* scalars) {
    return {broadcast(scalars[0]), broadcast(scalars[1]), broadcast(scalars[2]), broadcast(scalars[3]),
            broadcast(kTiny)};
  }

  // Takes an element's parameter, slots and gradient to their values after the step.
  ADAMAX_INLINE void update(const Adamax& c, Vec& p, Vec* slot, Vec g) {
    Vec& m = slot[0];
    Vec& u = slot[1];
    m = zero_below(m + (g - m) * c.one_minus_beta1, c.tiny);
    u = zero_below(greater(u * c.beta2, magnitude(g)), c.tiny);
    p = p - c.alpha * (m / (u + c.epsilon));
  }
};
