#include "runtime/plan.h"

#include <new>

namespace adamax {

Plan::~Plan() {
  for (std::size_t i = 0; i < size_; ++i) delete entries_[i].index;
}

PlanEntry* Plan::entry(std::size_t i) {
  listed_ = false;
  if (i < size_) return &entries_[i];
  if (i > size_ || !entries_.make_room(size_)) return nullptr;
  entries_[size_] = {};
  return &entries_[size_++];
}

bool Plan::all_bound(std::size_t count) const {
  if (count > size_) return false;
  for (std::size_t i = 0; i < count; ++i) {
    if (entries_[i].kind == GradientKind::kNone) return false;
  }
  return true;
}

std::int64_t Plan::prepare(std::size_t count, const Clipping& clipping) {
  if (!listed_ || count != count_) {
    if (!all_bound(count)) return kUnbound;
    if (!list(count)) return kOutOfMemory;
  }
  work_.clear_rows();
  for (std::size_t i = 0; work_.has_sparse() && i < count; ++i) {
    const PlanEntry& entry = entries_[i];
    if (!entry.sparse()) continue;
    const std::int64_t outcome = entry.index->build(entry.indices, table_rows(entry.dense.length, entry.row_length));
    if (outcome == kOutOfMemory || (outcome == kAllGood && !work_.list_rows(i))) return kOutOfMemory;
    if (outcome != kAllGood) return (static_cast<std::int64_t>(i) << 32) + outcome;
  }
  return work_.set_clipping(clipping) ? kAllGood : kOutOfMemory;
}

bool Plan::list(std::size_t count) {
  work_.clear();
  for (std::size_t i = 0; i < count; ++i) {
    PlanEntry& entry = entries_[i];
    if (entry.sparse() && entry.index == nullptr) {
      entry.index = new (std::nothrow) RowIndex;
      if (entry.index == nullptr) return false;
    }
    if (!work_.list(entry)) return false;
  }
  count_ = count;
  listed_ = true;
  return true;
}

}  // namespace adamax
