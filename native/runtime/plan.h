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
  bool has_target;  // all of the above but the gradient
  GradientKind kind;
  Indices indices;
  RowIndex* index;
};

// Of each gradient, first by its own norm and then by value; infinity where there is none.
struct Clipping {
  double norm;
  float value;
};

class Plan {
 public:
  Plan() = default;
  ~Plan();
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  // The position of the rule in a kernel table.
  void set_rule(std::size_t rule) { rule_ = rule; }
  std::size_t size() const { return size_; }
  // Entry i, to be changed; made if there is none yet. i is at most size(). Null when there is no memory.
  PlanEntry* entry(std::size_t i);

  // Lists what entries [0, count) need done, and checks the indices of the sparse ones. Returns kAllGood, kOutOfMemory,
  // kUnbound if one of them has no gradient, or entry * 2^32 + position of the first bad index. Writes nothing but
  // working memory.
  std::int64_t prepare(std::size_t count);
  // Steps the entries that prepare() found good, each gradient clipped.
  void run(const KernelTable& table, const float* scalars, const Clipping& clipping);

 private:
  bool list(std::size_t count);

  std::size_t rule_ = 0;
  Buffer<PlanEntry> entries_;
  std::size_t size_ = 0;

  // What list() made of the first count_ entries: an unchanged step makes nothing anew.
  bool listed_ = false;
  std::size_t count_ = 0;
  Buffer<Dense> dense_;
  std::size_t dense_count_ = 0;
  Buffer<std::size_t> sparse_;  // positions of entries
  std::size_t sparse_count_ = 0;
};

inline constexpr std::int64_t kUnbound = -3;

// Steps the rows that a prepared index names.
void run_rows(const RuleKernels& kernels, const PlanEntry& entry, const RowIndex& index, const float* scalars,
              const Clip& clip);

}  // namespace adamax
