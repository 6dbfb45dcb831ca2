// Adagrad (Duchi, Hazan & Singer 2011, with the diagonal of their matrix), as tf.keras.optimizers.Adagrad of TF 2.2 and
// the CPU kernel of ResourceApplyAdagradV2 have it, with epsilon outside of the root. Each operation is rounded once to
// binary32, and none is fused:
//
//   a' = a + g * g                               |a'| < 2^-102 -> +0
//   p' = p - (lr * g) / (sqrt(a') + epsilon)
//
// TensorFlow's GPU kernel divides first and multiplies by lr last; Keras 3 adds epsilon inside of the root.
// TypeScript twin and reference: lib/optimizers/adagrad.ts.
struct Adagrad {
  static constexpr const char* kName = "adagrad";
  static constexpr int kSlots = 1;
  static constexpr int kScalars = 2;

  Vec learning_rate, epsilon, tiny;

  ADAMAX_INLINE Adagrad from(const float* scalars) {
    return {broadcast(scalars[0]), broadcast(scalars[1]), broadcast(kTiny)};
  }

  ADAMAX_INLINE void update(const Adagrad& c, Vec& p, Vec* slot, Vec g) {
    Vec& a = slot[0];
    a = without_tiny(a + g * g, c.tiny);
    p = p - (c.learning_rate * g) / (square_root(a) + c.epsilon);
  }
};
