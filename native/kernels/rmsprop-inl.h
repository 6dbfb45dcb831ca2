// RMSprop (Hinton 2012, lecture 6e of "Neural networks for machine learning"; centered: Graves 2013, section 4), as the
// TensorFlow kernels ResourceApplyRMSProp and ResourceApplyCenteredRMSProp and Keras 3 have it, with epsilon inside the
// root. Each operation is rounded once to binary32, and none is fused:
//
//   s'  = s + (g * g - s) * (1 - rho)                   |s'| < 2^-102 -> +0
//   a'  = a + (g - a) * (1 - rho)                       |a'| < 2^-102 -> +0      (centered only)
//   d   = s' + epsilon, or (s' - a' * a') + epsilon
//   v'  = momentum * v + (lr * g) / sqrt(d)             |v'| < 2^-102 -> +0      (without momentum: the second term)
//   p'  = p - v'
//
// Slots, in the order of Keras: s, then v if there is momentum, then a if centered.
// TypeScript twin and reference: lib/optimizers/rmsprop.ts.
template <bool kCentered, bool kMomentum>
struct RmsProp {
  static constexpr const char* kName = kCentered ? (kMomentum ? "rmsprop-centered-momentum" : "rmsprop-centered")
                                                 : (kMomentum ? "rmsprop-momentum" : "rmsprop");
  static constexpr int kSlots = 1 + (kCentered ? 1 : 0) + (kMomentum ? 1 : 0);
  static constexpr int kScalars = 4;

  Vec learning_rate, one_minus_rho, momentum, epsilon, tiny;

  ADAMAX_INLINE RmsProp from(const float* scalars) {
    return {broadcast(scalars[0]), broadcast(scalars[1]), broadcast(scalars[2]), broadcast(scalars[3]),
            broadcast(kTiny)};
  }

  ADAMAX_INLINE void update(const RmsProp& c, Vec& p, Vec* slot, Vec g) {
    Vec& s = slot[0];
    s = without_tiny(s + (g * g - s) * c.one_minus_rho, c.tiny);
    Vec spread = s;
    if constexpr (kCentered) {
      Vec& mean = slot[kSlots - 1];
      mean = without_tiny(mean + (g - mean) * c.one_minus_rho, c.tiny);
      spread = s - mean * mean;
    }
    Vec change = (c.learning_rate * g) / square_root(spread + c.epsilon);
    if constexpr (kMomentum) {
      Vec& v = slot[1];
      v = without_tiny(c.momentum * v + change, c.tiny);
      change = v;
    }
    p = p - change;
  }
};
