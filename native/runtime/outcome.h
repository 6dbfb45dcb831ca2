// What became of the preparation of a step.
#pragma once

#include <cstdint>

namespace adamax {

struct Outcome {
  enum class Kind {
    kGood,
    kOutOfMemory,
    kUnbound,    // one of the entries asked for has no gradient, or is not there
    kBadIndex,   // an index lies outside of its table
    kNonFinite,  // a gradient has a NaN or an infinity, where all must be finite
  };
  Kind kind = Kind::kGood;
  // The first entry at fault, and in it the position of the first bad index.
  std::uint32_t entry = 0;
  std::uint32_t position = 0;

  bool good() const { return kind == Kind::kGood; }
};

}  // namespace adamax
