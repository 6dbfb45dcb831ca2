// What every kernel must compute, transcribed from the numeric contract and not from native/kernels: one element at a
// time, each operation through memory, so that no compiler can fuse, widen or reorder, whatever its flags.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "kernels/table.h"

namespace adamax::test::oracle {

inline float f32(float x) {
  volatile float stored = x;
  return stored;
}

inline double f64(double x) {
  volatile double stored = x;
  return stored;
}

// One element's step: reads and writes its parameter and slots.
using Element = void (*)(float* param, float* slot, float grad, const float* scalars);

struct Rule {
  const char* name;
  int slots;
  int scalars;
  Element element;
};

inline float flushed(float moment) {
  const float size = moment < 0 ? -moment : moment;
  return size < 0x1p-102f ? 0.0f : moment;  // false for NaN
}

inline void adamax(float* param, float* slot, float grad, const float* scalars) {
  const float one_minus_beta1 = scalars[0], beta2 = scalars[1], alpha = scalars[2], epsilon = scalars[3];
  const float difference = f32(grad - slot[0]);
  const float part = f32(difference * one_minus_beta1);
  const float m = flushed(f32(slot[0] + part));
  const float a = f32(slot[1] * beta2);
  const float b = std::fabs(grad);
  const float u = flushed(a > b ? a : b);
  const float denominator = f32(u + epsilon);
  const float direction = f32(m / denominator);
  const float change = f32(alpha * direction);
  slot[0] = m;
  slot[1] = u;
  *param = f32(*param - change);
}

inline void adagrad(float* param, float* slot, float grad, const float* scalars) {
  const float learning_rate = scalars[0], epsilon = scalars[1];
  const float square = f32(grad * grad);
  slot[0] = flushed(f32(slot[0] + square));
  const float root = f32(std::sqrt(slot[0]));
  const float denominator = f32(root + epsilon);
  const float change = f32(f32(learning_rate * grad) / denominator);
  *param = f32(*param - change);
}

inline void sgd(float* param, float*, float grad, const float* scalars) {
  const float downhill = f32(scalars[0] * grad);
  *param = f32(*param - downhill);
}

inline void sgd_momentum(float* param, float* slot, float grad, const float* scalars) {
  const float downhill = f32(scalars[0] * grad);
  const float kept = f32(scalars[1] * slot[0]);
  slot[0] = flushed(f32(kept - downhill));
  *param = f32(*param + slot[0]);
}

inline void sgd_nesterov(float* param, float* slot, float grad, const float* scalars) {
  const float downhill = f32(scalars[0] * grad);
  const float kept = f32(scalars[1] * slot[0]);
  slot[0] = flushed(f32(kept - downhill));
  const float ahead = f32(scalars[1] * slot[0]);
  *param = f32(*param + f32(ahead - downhill));
}

template <bool kCentered, bool kMomentum>
void rmsprop(float* param, float* slot, float grad, const float* scalars) {
  const float learning_rate = scalars[0], one_minus_rho = scalars[1], momentum = scalars[2], epsilon = scalars[3];
  const float square = f32(grad * grad);
  const float part = f32(f32(square - slot[0]) * one_minus_rho);
  slot[0] = flushed(f32(slot[0] + part));
  float spread = slot[0];
  if (kCentered) {
    float& mean = slot[kMomentum ? 2 : 1];
    const float mean_part = f32(f32(grad - mean) * one_minus_rho);
    mean = flushed(f32(mean + mean_part));
    const float mean_square = f32(mean * mean);
    spread = f32(spread - mean_square);
  }
  const float root = f32(std::sqrt(f32(spread + epsilon)));
  float change = f32(f32(learning_rate * grad) / root);
  if (kMomentum) {
    float& velocity = slot[1];
    const float kept = f32(momentum * velocity);
    velocity = flushed(f32(kept + change));
    change = velocity;
  }
  *param = f32(*param - change);
}

// The value of a bfloat16 from its fields: sign, 8 bits of exponent, 7 of fraction.
inline float from_bfloat16(std::uint16_t bits) {
  const int exponent = bits / 128 % 256;
  const int fraction = bits % 128;
  static const std::vector<float> powers = [] {
    std::vector<float> all;
    for (int e = -133; e <= 121; ++e) all.push_back(std::ldexp(1.0f, e));
    return all;
  }();
  float size = static_cast<float>(fraction) * powers[0];  // zero or subnormal
  if (exponent > 0) size = static_cast<float>(128 + fraction) * powers[static_cast<std::size_t>(exponent) - 1];
  if (exponent == 255) size = fraction == 0 ? INFINITY : NAN;
  return bits < 0x8000 ? size : -size;
}

// What a step stores of a number, dithered by `dither` in 65,536ths of the distance from one bfloat16 to the next: the
// one that the sum lies on or above, in magnitude; beyond the largest, as if the exponent had no end.
inline std::uint16_t to_bfloat16(float x, std::uint32_t dither) {
  const int sign = std::signbit(x) ? 0x8000 : 0;
  if (x != x) {
    std::uint32_t bits;
    std::memcpy(&bits, &x, 4);
    return static_cast<std::uint16_t>(sign + 0x7fc0 +
                                      bits / 0x10000 % 64);  // quiet, with the upper bits of its payload
  }
  if (std::isinf(x)) return static_cast<std::uint16_t>(sign + 0x7f80);
  int exponent = 0;
  std::frexp(std::fabs(x), &exponent);
  exponent = exponent < -125 || x == 0 ? -125 : exponent;  // subnormals lie as far apart as the least normal numbers
  const double units = std::ldexp(static_cast<double>(std::fabs(x)), 8 - exponent);
  const int whole = static_cast<int>(std::floor(units + static_cast<double>(dither) / 0x10000));
  // Of normal numbers, whole is 128 more than the fraction; its carry is that into the exponent.
  return static_cast<std::uint16_t>(sign + (exponent + 125) * 128 + whole);
}

// A slot, by the format of its elements.
struct Slot {
  void* data;
  bool bfloat16;

  float get(std::size_t i) const {
    return bfloat16 ? from_bfloat16(static_cast<std::uint16_t*>(data)[i]) : static_cast<float*>(data)[i];
  }
  void set(std::size_t i, float x, std::uint32_t dither) const {
    if (bfloat16) {
      static_cast<std::uint16_t*>(data)[i] = to_bfloat16(x, dither);
    } else {
      static_cast<float*>(data)[i] = x;
    }
  }
};

// What clipping makes of a gradient: first its factor, then its bounds. NaN passes through.
inline float clipped(float grad, float factor, float bound) {
  const float scaled = f32(grad * factor);
  if (scaled > bound) return bound;
  if (scaled < -bound) return -bound;
  return scaled;
}

// The traffic rule of the bench: the gradient's bits set in the parameter's, the two slots swapped.
inline void traffic(float* param, float* slot, float grad, const float*) {
  std::uint32_t bits, more;
  std::memcpy(&bits, param, 4);
  std::memcpy(&more, &grad, 4);
  bits |= more;
  std::memcpy(param, &bits, 4);
  const float first = slot[0];
  slot[0] = slot[1];
  slot[1] = first;
}

inline constexpr Rule kRules[] = {
    {"adamax", 2, 4, adamax},
    {"adagrad", 1, 2, adagrad},
    {"rmsprop", 1, 4, rmsprop<false, false>},
    {"rmsprop-momentum", 2, 4, rmsprop<false, true>},
    {"rmsprop-centered", 2, 4, rmsprop<true, false>},
    {"rmsprop-centered-momentum", 3, 4, rmsprop<true, true>},
    {"sgd", 0, 1, sgd},
    {"sgd-momentum", 1, 2, sgd_momentum},
    {"sgd-nesterov", 1, 2, sgd_nesterov},
    {"traffic", 2, 0, traffic},
};

// Null for a rule that nobody has transcribed yet.
inline const Rule* find(const char* name) {
  for (const Rule& rule : kRules) {
    if (std::strcmp(rule.name, name) == 0) return &rule;
  }
  return nullptr;
}

// One sparse step: slices of one row are clipped, then summed in order of occurrence, each touched row steps once.
inline void step_rows(const Rule& rule, float* param, const Slot* slot, std::size_t row_length, const float* values,
                      const std::vector<std::int64_t>& indices, const Scalars& scalars, float factor, float bound) {
  std::vector<bool> done(indices.size());
  for (std::size_t first = 0; first < indices.size(); ++first) {
    if (done[first]) continue;
    for (std::size_t later = first; later < indices.size(); ++later) {
      if (indices[later] == indices[first]) done[later] = true;
    }
    for (std::size_t i = 0; i < row_length; ++i) {
      float grad = clipped(values[first * row_length + i], factor, bound);
      for (std::size_t later = first + 1; later < indices.size(); ++later) {
        if (indices[later] != indices[first]) continue;
        grad = f32(grad + clipped(values[later * row_length + i], factor, bound));
      }
      const std::size_t at = static_cast<std::size_t>(indices[first]) * row_length + i;
      float state[8];
      for (int k = 0; k < rule.slots; ++k) state[k] = slot[k].get(at);
      rule.element(&param[at], state, grad, scalars.of_rule);
      for (int k = 0; k < rule.slots; ++k) slot[k].set(at, state[k], scalars.dither);
    }
  }
}

// 16 lanes, element i of a block in lane i mod 16, lanes joined 8 + 8, 4 + 4, 2 + 2, 1 + 1.
inline double block_sum(const float* x, std::size_t length) {
  double lane[16] = {};
  for (std::size_t i = 0; i < length; ++i) {
    const double square = f64(static_cast<double>(x[i]) * static_cast<double>(x[i]));
    lane[i % 16] = f64(lane[i % 16] + square);
  }
  for (int half : {8, 4, 2, 1}) {
    for (int i = 0; i < half; ++i) lane[i] = f64(lane[i] + lane[i + half]);
  }
  return lane[0];
}

// Blocks of 4096 in a tree: the left branch is the largest power of two of blocks that leaves something for the right.
inline double sum_squares(const float* x, std::size_t length) {
  if (length <= 4096) return block_sum(x, length);
  std::size_t left = 4096;
  while (2 * left < length) left *= 2;
  return f64(sum_squares(x, left) + sum_squares(x + left, length - left));
}

}  // namespace adamax::test::oracle
