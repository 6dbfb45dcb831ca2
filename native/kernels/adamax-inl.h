// Adamax: Kingma & Ba, "Adam: a method for stochastic optimization" (2014), section 7, algorithm 2, with the epsilon of
// tf.keras.optimizers.Adamax outside the maximum. For each element, in IEEE 754 binary32, each operation is rounded
// once to nearest even, and none is fused:
//
//   m' = m + (g - m) * (1 - beta1)                            |m'| < 2^-102 -> +0
//   u' = a > b ? a : b   where a = u * beta2, b = |g|          |u'| < 2^-102 -> +0
//   p' = p - alpha * (m' / (u' + epsilon))                     alpha = lr / (1 - beta1^t)
//
// NaN: a comparison with NaN is false. A NaN gradient makes m', u' and p' NaN; a NaN in u alone heals, since b wins.
// TypeScript twin and reference: lib/optimizers/adamax-rule.ts.
//
// The loop is bound by 4 reads and 3 writes, 28 bytes an element, and by one division. `npm run bench` measured it on
// Zen 4, in nanoseconds an element, beside the same loop without arithmetic (traffic):
//   portable  arithmetic until memory binds: 0.61 to 0.78 from 4k to 1M elements, where traffic takes 0.22 to 0.39
//   avx2      arithmetic in the caches (0.27 at 32k, traffic 0.17), memory beyond (0.56 at 4M, traffic 0.56)
//   avx512    the same, with half the instructions: 0.22 at 32k, 0.21 at 256k (traffic 0.18), traffic from 1M on
//   neon      has run under emulation only, so there is no measurement; 4 lanes a division, as SSE2
// Over bfloat16 slots the loop moves 20 bytes an element and has more instructions, so that in the caches they bind
// where float32 waits for its division: on a Xeon of 2023 its speed at 64k elements is 0.82 times that of the
// float32 step with avx512, 0.69 with avx2, 0.37 with portable. Beyond, instructions hide behind memory: 1.4 to 1.5
// times with avx512 and avx2 at 16M elements and more, on one thread and on two.
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
    m = without_tiny(m + (g - m) * c.one_minus_beta1, c.tiny);
    // A maximum with a magnitude is not negative: it is its own magnitude.
    u = greater(u * c.beta2, magnitude(g));
    u = zero_where_less(u, u, c.tiny);
    p = p - c.alpha * (m / (u + c.epsilon));
  }
};
