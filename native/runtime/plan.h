// Who is updated from what: the spans of a step, resolved once and used at every step after.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/table.h"
#include "runtime/buffer.h"
#include "runtime/row_index.h"

namespace adamax {

enum class GradientKind { kNone, kDense, kRows };

// One variable and its gradient. A plan holds bare addresses: whoever fills it keeps the memory alive and makes sure,
// before each run, that it is still whole.
struct PlanEntry {
  Dense dense;  // of a sparse gradient, `dense.grad` is its values
  std::size_t row_length;
  GradientKind kind;
  Indices indices;
  RowIndex* index;
};

// Of each gradient, first by its own norm and then by value; infinity where there is none.
struct Clipping {
  double norm;
  float value;
};

// The clip of one gradient. Reads it once more if it is to be clipped by norm.
Clip clip_of(const KernelTable& table, const Clipping& clipping, const float* grad, std::size_t length);

class Plan {
 public:
  Plan() = default;
  ~Plan();
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  // The position of the rule in a kernel table.
  void set_rule(std::size_t rule) { rule_ = rule; }
  std::size_t size() const { return size_; }
  // Entry i, made if there is none yet; i is at most size(). Null when there is no memory.
  PlanEntry* entry(std::size_t i);

  // Checks the indices of entries [0, count), which must all have a gradient. Returns kAllGood, kOutOfMemory, or
  // entry * 2^32 + position of the first bad index. Writes nothing but working memory.
  std::int64_t prepare(std::size_t count);
  // Steps entries [0, count), which prepare() found good, each gradient clipped.
  void run(const KernelTable& table, std::size_t count, const float* scalars, const Clipping& clipping) const;

 private:
  std::size_t rule_ = 0;
  Buffer<PlanEntry> entries_;
  std::size_t size_ = 0;
};

// Steps the rows that a prepared index names.
void run_rows(const RuleKernels& kernels, const PlanEntry& entry, const RowIndex& index, const float* scalars,
              const Clip& clip);

}  // namespace adamax
