#include "cases.h"

#include <cstring>
#include <limits>

namespace adamax::test {
namespace {

using Limits = std::numeric_limits<float>;

constexpr float kEdges[] = {
    0.0f,
    -0.0f,
    Limits::infinity(),
    -Limits::infinity(),
    Limits::quiet_NaN(),
    __builtin_nansf("1"),         // signalling, with a payload that no bfloat16 keeps
    -__builtin_nanf("0x3fffff"),  // all ones: whatever is added to its bits makes zero of it
    Limits::max(),
    Limits::lowest(),
    Limits::min(),
    -Limits::min(),
    Limits::denorm_min(),
    -Limits::denorm_min(),
    0x0.fffffep-126f,
    0x1p-102f,
    -0x1p-102f,
    0x1.fffffep-103f,
    -0x1.fffffep-103f,
    0x1.000002p-102f,
    1.0f,
    -1.0f,
    0x1p64f,
};

constexpr Scalars kScalars[] = {
    {{0.1f, 0.999f, 0.01f, 1e-7f}, 0x9e37},
    {{0.5f, 0.5f, 0.002f, 1e-7f}, 0},
    {{1.0f, 0.0f, 1.0f, 1e-3f}, 0xffff},                    // no memory
    {{0.05f, 0.9f, -3.5f, 1e-8f}, 0x8000},                  // a negative learning rate
    {{0x1p-24f, 0x1.fffffep-1f, 0.0f, 0x1p-149f}, 0x3c6e},  // almost all memory; subnormal epsilon
    {{0.3f, 0.7f, 1e30f, 0.0f}, 1},                         // epsilon that rounded to 0: 0 / 0
    {{0.2f, 0.99f, Limits::infinity(), 1e-7f}, 0x7fff},     // alpha that rounded to Inf: Inf * 0
};

float from_bits(std::uint32_t bits) {
  float x;
  std::memcpy(&x, &bits, 4);
  return x;
}

// The sum of 4 uniform numbers less its mean: near normal, and exact before its one rounding. More of them would be
// nearer, and take most of the time of the tests under an emulator or a sanitizer.
float near_normal(Random& random) {
  std::int64_t sum = -2 * std::int64_t{0xffffffff};
  for (int i = 0; i < 2; ++i) {
    const std::uint64_t two = random.next();
    sum += static_cast<std::int64_t>((two >> 32) + (two & 0xffffffff));
  }
  return static_cast<float>(sum) * 0x1p-31f;
}

// Any sign and fraction, and an exponent field in [low, low + count).
float with_exponent(std::uint32_t low, std::uint32_t count, Random& random) {
  const std::uint64_t bits = random.next();
  const std::uint32_t exponent = low + static_cast<std::uint32_t>(random.below(count));
  return from_bits((static_cast<std::uint32_t>(bits) & 0x807fffffu) | (exponent << 23));
}

}  // namespace

const Scalars kFastDecay = {{0.5f, 0.5f, 0.01f, 1e-7f}, 0x9e37};

std::uint64_t Random::next() {
  state_ += 0x9e3779b97f4a7c15;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

const char* name_of(Inputs inputs) {
  switch (inputs) {
    case Inputs::kOrdinary:
      return "ordinary";
    case Inputs::kAnyFinite:
      return "any finite";
    case Inputs::kSpecial:
      return "special";
    case Inputs::kNearFlush:
      return "near flush";
  }
  return "";
}

const char* name_of(SlotFormat format) { return format == SlotFormat::kFloat32 ? "float32" : "bfloat16"; }

float draw(Inputs inputs, Random& random) {
  switch (inputs) {
    case Inputs::kOrdinary:
      return near_normal(random);
    case Inputs::kAnyFinite:
      return with_exponent(0, 255, random);
    case Inputs::kSpecial:
      if (random.below(4) == 0) return kEdges[random.below(sizeof kEdges / sizeof *kEdges)];
      return near_normal(random);
    case Inputs::kNearFlush:
      switch (random.below(8)) {
        case 0:
          return 0.0f;
        case 1:
          return with_exponent(0, 2, random);
        case 2:
          return random.below(2) == 0 ? 0x1p-102f : -0x1p-102f;
        default:
          return with_exponent(22, 6, random);  // 2^-105 … 2^-99; the exponent field of 2^-102 is 25
      }
  }
  return 0;
}

void fill(float* to, std::size_t count, Inputs inputs, Random& random) {
  for (std::size_t i = 0; i < count; ++i) to[i] = draw(inputs, random);
}

void fill(SlotArray* slot, Inputs inputs, Random& random) {
  for (std::size_t i = 0; i < slot->length(); ++i) slot->set(i, draw(inputs, random));
}

Clip clip_at(std::size_t step) {
  static constexpr Clip kClips[] = {{}, {0.3f, INFINITY}, {}, {1, 0.75f}, {0.125f, 0.05f}};
  return kClips[step % (sizeof kClips / sizeof *kClips)];
}

const Scalars& scalars_of(std::size_t step) { return kScalars[step % (sizeof kScalars / sizeof *kScalars)]; }

}  // namespace adamax::test
