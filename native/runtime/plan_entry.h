// One variable of a step and its gradient, as bare addresses; and what all variables of one set share.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "kernels/table.h"
#include "runtime/row_index.h"

namespace adamax {

enum class GradientKind { kNone, kDense, kRows };

// The most elements of a dense variable that are stepped at a time, and of a gradient that are looked at. It is a
// power of two of blocks, so that the sum of squares of such a piece is a whole subtree of the sum that the norm is
// taken from. Whoever shards a variable counts on it: TypeScript has it as PIECE (lib/backend/sum-squares.ts).
inline constexpr std::size_t kPiece = 16 * kBlock;

// Elements [begin, end) of a dense variable, which alone are stepped: whole pieces, but for the last of the variable.
struct Stretch {
  static constexpr std::size_t kToTheEnd = SIZE_MAX;

  std::size_t begin = 0;
  std::size_t end = kToTheEnd;
  const float* grad = nullptr;  // is the gradient of these elements alone; null where it lies in that of the variable

  bool is_whole() const { return begin == 0 && end == kToTheEnd && grad == nullptr; }
  bool has_bounds_of(const Stretch& other) const { return begin == other.begin && end == other.end; }
};

// Whoever fills an entry keeps the memory alive and makes sure, before each run, that it is still whole.
struct PlanEntry {
  Dense dense;  // `dense.grad` points to the values of a sparse gradient
  std::size_t row_length;
  std::uint32_t set;  // the number of its set of scalars
  Stretch stretch;    // is whole unless the gradient is dense
  bool has_target;    // all of the above is set but the gradient and, unless `placed`, `dense.param` and `dense.out`
  bool placed;        // `dense.param` and `dense.out` are set
  GradientKind kind;
  Indices indices;
  RowIndex* index;  // is set from prepare() to finish() only
  // With `has_norm` the gradient is clipped by this norm, for instance because it is part of a larger gradient;
  // otherwise it is clipped by its own norm, or that of its stretch.
  bool has_norm;
  double norm;

  bool sparse() const { return kind == GradientKind::kRows; }
  // The elements of the gradient that the entry is stepped by are [begin(), end()).
  std::size_t begin() const { return stretch.begin; }
  std::size_t end() const {
    if (sparse()) return indices.count * row_length;
    return stretch.end < dense.length ? stretch.end : dense.length;
  }
  // Where the gradient of the elements from `at` on lies, which is in [begin(), end()].
  const float* grad_from(std::size_t at) const {
    return stretch.grad == nullptr ? dense.grad + at : stretch.grad + (at - stretch.begin);
  }
};

// Bounds of each gradient, first of its own norm and then of its elements; infinity stands for no bound.
struct Clipping {
  double norm = INFINITY;
  float value = INFINITY;

  bool by_norm() const { return norm < INFINITY; }
};

// What a step does with all entries of one set.
struct ScalarSet {
  Clipping clipping;
  Scalars scalars;
};

}  // namespace adamax
