// What became of the preparation of a step.
#pragma once

#include <cstdint>

namespace adamax {

struct Outcome {
  enum class Kind {
    kGood,
    kOutOfMemory,
    kUnbound,   // one of the entries asked for has no gradient, or is not there
    kBadIndex,  // an index lies outside of its table
  };
  Kind kind = Kind::kGood;
  // Where the first bad index is.
  std::uint32_t entry = 0;
  std::uint32_t position = 0;

  bool good() const { return kind == Kind::kGood; }
};

}  // namespace adamax
