// Stochastic gradient descent, as tf.keras.optimizers.SGD (ResourceApplyGradientDescent, ResourceApplyKerasMomentum)
// has it. Each operation is rounded once to binary32, and none is fused:
//
//   plain      p' = p - lr * g
//   momentum   v' = momentum * v - lr * g     |v'| < 2^-102 -> +0     p' = p + v'
//   nesterov   the same v'                                            p' = p + (momentum * v' - lr * g)
//
// TypeScript twin and reference: lib/optimizers/sgd.ts.
struct Sgd {
  static constexpr const char* kName = "sgd";
  static constexpr int kSlots = 0;
  static constexpr int kScalars = 1;

  Vec learning_rate;

  ADAMAX_INLINE Sgd from(const float* scalars) { return {broadcast(scalars[0])}; }

  ADAMAX_INLINE void update(const Sgd& c, Vec& p, Vec*, Vec g) { p = p - c.learning_rate * g; }
};

template <bool kNesterov>
struct SgdMomentum {
  static constexpr const char* kName = kNesterov ? "sgd-nesterov" : "sgd-momentum";
  static constexpr int kSlots = 1;
  static constexpr int kScalars = 2;

  Vec learning_rate, momentum, tiny;

  ADAMAX_INLINE SgdMomentum from(const float* scalars) {
    return {broadcast(scalars[0]), broadcast(scalars[1]), broadcast(kTiny)};
  }

  ADAMAX_INLINE void update(const SgdMomentum& c, Vec& p, Vec* slot, Vec g) {
    Vec& v = slot[0];
    const Vec downhill = c.learning_rate * g;
    v = without_tiny(c.momentum * v - downhill, c.tiny);
    p = p + (kNesterov ? c.momentum * v - downhill : v);
  }
};
