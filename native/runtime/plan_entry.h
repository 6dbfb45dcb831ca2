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
  Dense dense;  // `dense.grad` points to the values of a sparse gradient
  std::size_t row_length;
  std::uint32_t set;  // the number of its set of scalars
  bool has_target;    // all of the above is set but the gradient and, unless `placed`, `dense.param` and `dense.out`
  bool placed;        // `dense.param` and `dense.out` are set
  GradientKind kind;
  Indices indices;
  RowIndex* index;  // is set from prepare() to finish() only
  // With `has_norm` the gradient is clipped by this norm, for instance because it is part of a larger gradient;
  // otherwise it is clipped by its own norm.
  bool has_norm;
  double norm;

  bool sparse() const { return kind == GradientKind::kRows; }
  std::size_t gradient_length() const { return sparse() ? indices.count * row_length : dense.length; }
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
