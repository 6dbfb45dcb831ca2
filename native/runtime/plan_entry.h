// One variable of a step and its gradient, as bare addresses.
#pragma once

#include <cstddef>

#include "kernels/table.h"
#include "runtime/row_index.h"

namespace adamax {

enum class GradientKind { kNone, kDense, kRows };

// Whoever fills an entry keeps the memory alive and makes sure, before each run, that it is still whole.
struct PlanEntry {
  Dense dense;  // of a sparse gradient, `dense.grad` is its values
  std::size_t row_length;
  bool has_target;  // all of the above but the gradient
  GradientKind kind;
  Indices indices;
  RowIndex* index;

  bool sparse() const { return kind == GradientKind::kRows; }
  std::size_t gradient_length() const { return sparse() ? indices.count * row_length : dense.length; }
};

// Of each gradient, first by its own norm and then by value; infinity where there is none.
struct Clipping {
  double norm = INFINITY;
  float value = INFINITY;

  bool by_norm() const { return norm < INFINITY; }
};

}  // namespace adamax
