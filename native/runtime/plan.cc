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

void Plan::run(const KernelTable& table, std::size_t count, const float* scalars) const {
  const RuleKernels& kernels = table.rules[rule_];
  for (std::size_t i = 0; i < count; ++i) {
    const PlanEntry& entry = entries_[i];
    if (entry.kind == GradientKind::kDense) {
      kernels.dense(entry.dense, scalars);
    } else {
      run_rows(kernels, entry, *entry.index, scalars);
    }
  }
}

void run_rows(const RuleKernels& kernels, const PlanEntry& entry, const RowIndex& index, const float* scalars) {
  Rows rows{};
  rows.param = entry.dense.param;
  for (int k = 0; k < kernels.slots; ++k) rows.slot[k] = entry.dense.slot[k];
  rows.values = entry.dense.grad;
  rows.next = index.next();
  rows.touched = index.touched();
  rows.row_length = entry.row_length;
  kernels.rows(rows, 0, index.count(), scalars);
}

}  // namespace adamax
