#include "runtime/plan.h"

#include <new>

namespace adamax {

Plan::~Plan() {
  for (std::size_t i = 0; i < size_; ++i) delete entries_[i].index;
}

PlanEntry* Plan::entry(std::size_t i) {
  if (i < size_) return &entries_[i];
  if (i > size_) return nullptr;
  if (size_ == entries_.capacity() && !entries_.reserve(size_ < 8 ? 16 : 2 * size_)) return nullptr;
  entries_[size_] = {};
  return &entries_[size_++];
}

std::int64_t Plan::prepare(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    PlanEntry& entry = entries_[i];
    if (entry.kind != GradientKind::kRows) continue;
    if (entry.index == nullptr) entry.index = new (std::nothrow) RowIndex;
    if (entry.index == nullptr) return kOutOfMemory;
    const std::int64_t outcome = entry.index->build(entry.indices, table_rows(entry.dense.length, entry.row_length));
    if (outcome == kOutOfMemory) return kOutOfMemory;
    if (outcome != kAllGood) return (static_cast<std::int64_t>(i) << 32) + outcome;
  }
  return kAllGood;
}

Clip clip_of(const KernelTable& table, const Clipping& clipping, const float* grad, std::size_t length) {
  const bool by_norm = clipping.norm < INFINITY;
  return {by_norm ? clip_factor(table.sum_squares(grad, length), clipping.norm) : 1.0f, clipping.value};
}

void Plan::run(const KernelTable& table, std::size_t count, const float* scalars, const Clipping& clipping) const {
  const RuleKernels& kernels = table.rules[rule_];
  for (std::size_t i = 0; i < count; ++i) {
    const PlanEntry& entry = entries_[i];
    if (entry.kind == GradientKind::kDense) {
      Dense dense = entry.dense;
      dense.clip = clip_of(table, clipping, dense.grad, dense.length);
      kernels.dense(dense, scalars);
    } else {
      const std::size_t length = entry.indices.count * entry.row_length;
      run_rows(kernels, entry, *entry.index, scalars, clip_of(table, clipping, entry.dense.grad, length));
    }
  }
}

void run_rows(const RuleKernels& kernels, const PlanEntry& entry, const RowIndex& index, const float* scalars,
              const Clip& clip) {
  Rows rows{};
  rows.param = entry.dense.param;
  for (int k = 0; k < kernels.slots; ++k) rows.slot[k] = entry.dense.slot[k];
  rows.values = entry.dense.grad;
  rows.next = index.next();
  rows.touched = index.touched();
  rows.row_length = entry.row_length;
  rows.clip = clip;
  kernels.rows(rows, 0, index.count(), scalars);
}

}  // namespace adamax
