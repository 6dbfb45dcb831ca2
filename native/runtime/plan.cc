#include "runtime/plan.h"

#include <new>

namespace adamax {
namespace {

// The clip of one gradient. Reads it once more if it is to be clipped by norm.
Clip clip_of(const KernelTable& table, const Clipping& clipping, const float* grad, std::size_t length) {
  const bool by_norm = clipping.norm < INFINITY;
  return {by_norm ? clip_factor(table.sum_squares(grad, length), clipping.norm) : 1.0f, clipping.value};
}

}  // namespace

Plan::~Plan() {
  for (std::size_t i = 0; i < size_; ++i) delete entries_[i].index;
}

PlanEntry* Plan::entry(std::size_t i) {
  listed_ = false;
  if (i < size_) return &entries_[i];
  if (i > size_) return nullptr;
  if (size_ == entries_.capacity() && !entries_.reserve(size_ < 8 ? 16 : 2 * size_)) return nullptr;
  entries_[size_] = {};
  return &entries_[size_++];
}

std::int64_t Plan::prepare(std::size_t count) {
  if (!listed_ || count != count_) {
    if (count > size_) return kUnbound;
    for (std::size_t i = 0; i < count; ++i) {
      if (entries_[i].kind == GradientKind::kNone) return kUnbound;
    }
    if (!list(count)) return kOutOfMemory;
  }
  for (std::size_t k = 0; k < sparse_count_; ++k) {
    const PlanEntry& entry = entries_[sparse_[k]];
    const std::int64_t outcome = entry.index->build(entry.indices, table_rows(entry.dense.length, entry.row_length));
    if (outcome == kOutOfMemory) return kOutOfMemory;
    if (outcome != kAllGood) return (static_cast<std::int64_t>(sparse_[k]) << 32) + outcome;
  }
  return kAllGood;
}

bool Plan::list(std::size_t count) {
  listed_ = false;
  if (!dense_.reserve(count) || !sparse_.reserve(count)) return false;
  dense_count_ = sparse_count_ = 0;
  for (std::size_t i = 0; i < count; ++i) {
    PlanEntry& entry = entries_[i];
    if (entry.kind == GradientKind::kDense) {
      dense_[dense_count_++] = entry.dense;
    } else {
      if (entry.index == nullptr) entry.index = new (std::nothrow) RowIndex;
      if (entry.index == nullptr) return false;
      sparse_[sparse_count_++] = i;
    }
  }
  count_ = count;
  listed_ = true;
  return true;
}

void Plan::run(const KernelTable& table, const float* scalars, const Clipping& clipping) {
  const RuleKernels& kernels = table.rules[rule_];
  for (std::size_t k = 0; k < dense_count_; ++k) {
    dense_[k].clip = clip_of(table, clipping, dense_[k].grad, dense_[k].length);
  }
  kernels.dense(dense_.data(), dense_count_, scalars);
  for (std::size_t k = 0; k < sparse_count_; ++k) {
    const PlanEntry& entry = entries_[sparse_[k]];
    const std::size_t length = entry.indices.count * entry.row_length;
    run_rows(kernels, entry, *entry.index, scalars, clip_of(table, clipping, entry.dense.grad, length));
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
