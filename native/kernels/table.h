// What a kernel is, to everything outside this folder: plain pointers, lengths, and tables of functions.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace adamax {

// Most slots a rule may have, and most float32 scalars a step may need.
inline constexpr int kMaxSlots = 3;
inline constexpr int kMaxScalars = 8;

// A moment of smaller magnitude is stored as +0. The bound lies 2^24 above the least normal number, so that the
// products of the next step with 1 - beta or alpha stay normal too, and fading moments cost no microcode assist.
inline constexpr float kTiny = 0x1p-102f;

// Shape of a reduction: float64 lanes, and elements of a block. Part of the numeric contract.
inline constexpr std::size_t kLanes = 16;
inline constexpr std::size_t kBlock = 4096;

// Words of a block of a digest, and lanes of each of its two rows.
inline constexpr std::size_t kDigestLanes = 32;

// What a gradient goes through on its way into a rule: first the factor of clipping by norm, then the bound of clipping
// by value. It is applied where the gradient is loaded, so clipping costs no pass of its own and never touches the
// caller's array.
struct Clip {
  float factor = 1;
  float bound = INFINITY;  // >= 0

  bool neutral() const { return factor == 1 && bound == INFINITY; }
};
inline constexpr Clip kNoClip{};

// Rounds as IEEE 754 does. Beyond the largest float a bare conversion is undefined in C++.
inline float to_float(double wide) {
  constexpr float kLargest = std::numeric_limits<float>::max();
  if (!(std::fabs(wide) > kLargest)) return static_cast<float>(wide);
  // Infinity begins half a unit of the last place above.
  return std::copysign(std::fabs(wide) < 0x1.ffffffp127 ? kLargest : INFINITY, wide < 0 ? -1.0f : 1.0f);
}

// Returns the factor that brings a gradient of this norm to a norm of at most `clipnorm`: NaN for NaN, 0 for an
// infinite norm, and 1 where there is nothing to do, so that a short gradient keeps its bits.
inline float clip_factor(double norm, double clipnorm) { return norm <= clipnorm ? 1.0f : to_float(clipnorm / norm); }

// A bfloat16, by its bits: the upper half of a binary32, with its sign, its exponent and 7 bits of its fraction.
struct Bfloat16 {
  std::uint16_t bits;
};

// How the elements of slots are stored. Parameters, gradients and all arithmetic are binary32, whatever the format: a
// slot widens exactly where it is loaded, and is dithered where it is stored.
//
// Dithering adds one number of 16 bits, the same for all elements of a step, to the bits of each, and stores the upper
// half of the sum. Rounding to nearest would keep a moment that changes by less than half of its last bit where it is,
// for ever; dithered, it moves in the share of the steps that comes to the change. A NaN is stored as the quiet one of
// its payload.
enum class SlotFormat { kFloat32, kBfloat16 };
inline constexpr int kSlotFormats = 2;

// Where element i of a slot lies.
inline void* slot_at(void* slot, SlotFormat format, std::size_t i) {
  return static_cast<char*>(slot) + i * (format == SlotFormat::kFloat32 ? sizeof(float) : sizeof(Bfloat16));
}

// One dense sweep over `length` elements. `param` is read and `out` receives the new parameters; they are one array, or
// `out` is disjoint from all others. No array needs more alignment than its elements do.
struct Dense {
  float* param;
  void* slot[kMaxSlots];  // in the format of the sweep
  const float* grad;
  float* out;
  std::size_t length;
  Clip clip;
};

// A row that a sparse gradient touches, and the positions of its first and its last slice.
struct TouchedRow {
  std::size_t row;
  std::uint32_t first, last;
};

// End of a chain of slices.
inline constexpr std::uint32_t kNoSlice = UINT32_MAX;

// One sparse sweep over rows of `row_length` elements. `next[i]` is the slice after slice i of the same row.
struct Rows {
  float* param;
  void* slot[kMaxSlots];  // in the format of the sweep
  const float* values;
  const std::uint32_t* next;
  const TouchedRow* touched;
  std::size_t row_length;
  Clip clip;  // is applied to each slice, before slices of a row are summed
};

// What all elements of a step share.
struct Scalars {
  float of_rule[kMaxScalars];  // as many as the rule has, rounded to float32
  std::uint32_t dither;        // below 2^16
};

// The sweeps of one update rule over slots of one format.
struct Sweeps {
  // Takes the sweeps of the list one after another.
  void (*dense)(const Dense* list, std::size_t count, const Scalars& scalars);
  // Takes touched rows [begin, end).
  void (*rows)(const Rows& rows, std::size_t begin, std::size_t end, const Scalars& scalars);
};

// One update rule.
struct RuleKernels {
  const char* name;
  int slots;
  int scalars;
  Sweeps sweeps[kSlotFormats];

  const Sweeps& over(SlotFormat format) const { return sweeps[static_cast<int>(format)]; }
};

// Everything one instruction set offers. Rules stand in the same order in every table.
struct KernelTable {
  const char* isa;
  const RuleKernels* rules;
  std::size_t rule_count;
  // Sums the squares of at most kBlock elements.
  double (*block_sum)(const float* x, std::size_t length);
  // Takes blocks of kDigestLanes words into 2 * kDigestLanes lanes, first row first.
  void (*digest)(std::uint32_t* lanes, const std::uint32_t* words, std::size_t blocks);
};

// Each is defined by the file named after its instruction set, on processors that have it.
extern const KernelTable kPortable;
extern const KernelTable kAvx2;
extern const KernelTable kAvx512;
extern const KernelTable kNeon;

}  // namespace adamax
