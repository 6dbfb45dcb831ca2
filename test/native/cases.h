// Inputs: numbers drawn from integers alone, so that every machine and compiler draws the same ones.
#pragma once

#include <cstddef>
#include <cstdint>

#include "arrays.h"
#include "kernels/table.h"

namespace adamax::test {

// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  // In [0, bound).
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(next() % bound); }

 private:
  std::uint64_t state_;
};

// Seed of every sequence; printed, so that a failure can be told from another run's.
inline constexpr std::uint64_t kSeed = 0x41646d78;

enum class Inputs {
  kOrdinary,   // near normal, with a standard deviation near 1
  kAnyFinite,  // any bits but those of Inf and NaN: huge, tiny and subnormal magnitudes
  kSpecial,  // ordinary, with one number in four from the edges: ±0, ±Inf, NaN of every kind, limits of formats and of
             // the flush
  kNearFlush,  // magnitudes around 2^-102, on both sides and at it, and subnormals
};
inline constexpr Inputs kAllInputs[] = {Inputs::kOrdinary, Inputs::kAnyFinite, Inputs::kSpecial, Inputs::kNearFlush};
const char* name_of(Inputs inputs);

inline constexpr SlotFormat kAllFormats[] = {SlotFormat::kFloat32, SlotFormat::kBfloat16};
const char* name_of(SlotFormat format);

float draw(Inputs inputs, Random& random);
void fill(float* to, std::size_t count, Inputs inputs, Random& random);
void fill(SlotArray* slot, Inputs inputs, Random& random);

// Scalars of step `step` of a run, for any rule: 1 - beta1, beta2, alpha, epsilon for Adamax. Dithers are of every
// kind.
const Scalars& scalars_of(std::size_t step);

// Ways of clipping, none among them, taken in turn.
Clip clip_at(std::size_t step);
// Betas near 1/2, so that a run of zero gradients brings moments to the flush soon.
extern const Scalars kFastDecay;

// Lengths around every multiple of every vector width, and some that are long.
inline constexpr std::size_t kShortLengths = 68;  // 0 … 67
inline constexpr std::size_t kLongLengths[] = {100, 1007, 4099, 70001};
// From about this length on a sweep aligns itself first: then it has a head as well as a tail, of any lengths.
inline constexpr std::size_t kAlignedLength = 4096;
inline constexpr std::size_t kAlignedTails = 32;
// Elements from an aligned address.
inline constexpr std::size_t kOffsets = 16;

}  // namespace adamax::test
