// One variable of a step and its gradient, as bare addresses; and what all variables of one set share.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "kernels/table.h"
#include "runtime/row_index.h"

namespace adamax {

enum class GradientKind { kNone, kDense, kRows };

// Whoever fills an entry keeps the memory alive and makes sure, before each run, that it is still whole.
struct PlanEntry {
  Dense dense;  // of a sparse gradient, `dense.grad` is its values
  std::size_t row_length;
  std::uint32_t set;  // the number of its set of scalars
  bool has_target;    // all of the above but the gradient, and perhaps `dense.param` and `dense.out`
  bool placed;        // also these two
  GradientKind kind;
  Indices indices;
  RowIndex* index;  // from prepare() to finish() only
  // The norm that the gradient is clipped by where somebody else knows it, for instance because this is a part of a
  // larger variable; else it is the gradient's own.
  bool has_norm;
  double norm;

  bool sparse() const { return kind == GradientKind::kRows; }
  std::size_t gradient_length() const { return sparse() ? indices.count * row_length : dense.length; }
};

// Of each gradient, first by its own norm and then by value; infinity where there is none.
struct Clipping {
  double norm = INFINITY;
  float value = INFINITY;

  bool by_norm() const { return norm < INFINITY; }
};

// What a step does with all entries of one set.
struct ScalarSet {
  Clipping clipping;
  float scalars[kMaxScalars];
};

}  // namespace adamax
