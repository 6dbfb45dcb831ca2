// Numbers that both sides of the border must agree on. The addon exports them (settings.cc), and
// lib/backend/contract.ts has them once more; an addon with other numbers was made for another version and is not used.
#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/outcome.h"

namespace adamax {

// This number is raised by one whenever a call of the addon changes its meaning.
inline constexpr int kBindingVersion = 11;

// Places in the control array of a plan: the entries of a step, whether their gradients must be finite (1 or 0), 1
// where run() has stepped them, then one set of scalars after another.
inline constexpr std::size_t kControlFirst = 0;
inline constexpr std::size_t kControlCount = 1;
inline constexpr std::size_t kControlFinite = 2;
inline constexpr std::size_t kControlDone = 3;
inline constexpr std::size_t kControlSets = 4;
// Places within a set.
inline constexpr std::size_t kSetClipnorm = 0;
inline constexpr std::size_t kSetClipvalue = 1;
inline constexpr std::size_t kSetDither = 2;
inline constexpr std::size_t kSetScalars = 3;

// A call that found no memory returns this. For a bad index it returns entry * 2^32 + position, and for a gradient that
// is not finite kNonFinite - entry.
inline constexpr double kOutOfMemory = -2;
inline constexpr double kNonFinite = -3;
// rows() returns this when all went well, while run() returns undefined.
inline constexpr double kAllGood = -1;

inline double number_of(const Outcome& outcome) {
  switch (outcome.kind) {
    case Outcome::Kind::kGood:
    case Outcome::Kind::kUnbound:
      return kAllGood;
    case Outcome::Kind::kOutOfMemory:
      return kOutOfMemory;
    case Outcome::Kind::kBadIndex:
      return static_cast<double>((std::uint64_t{outcome.entry} << 32) + outcome.position);
    case Outcome::Kind::kNonFinite:
      return kNonFinite - outcome.entry;
  }
  return kAllGood;
}

}  // namespace adamax
