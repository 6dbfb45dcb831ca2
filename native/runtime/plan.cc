#include "runtime/plan.h"

namespace adamax {

Plan::Plan(IndexPool& pool, std::size_t rule, SlotFormat format) : pool_(pool), rule_(rule) {
  work_.set_slot_format(format);
}

PlanEntry* Plan::entry(std::size_t i) {
  listed_ = false;
  if (i < size_) return &entries_[i];
  if (i > size_ || !entries_.make_room(size_)) return nullptr;
  entries_[size_] = {};
  return &entries_[size_++];
}

void Plan::truncate(std::size_t count) {
  if (count >= size_) return;
  listed_ = false;
  size_ = count;
}

bool Plan::resize_sets(std::size_t count) {
  listed_ = false;
  if (!sets_.reserve(count)) return false;
  set_count_ = count;
  return true;
}

bool Plan::all_bound(std::size_t first, std::size_t count) const {
  if (first > size_ || count > size_ - first) return false;
  for (std::size_t i = first; i < first + count; ++i) {
    if (entries_[i].kind == GradientKind::kNone || entries_[i].set >= set_count_) return false;
  }
  return true;
}

Outcome Plan::prepare(std::size_t first, std::size_t count, const KernelTable& table, std::size_t threads) {
  if (!listed_ || first != first_ || count != count_) {
    if (!all_bound(first, count)) return {Outcome::Kind::kUnbound};
    if (!list(first, count)) return {Outcome::Kind::kOutOfMemory};
  }
  if (work_.has_sparse()) {
    const Outcome outcome = index_rows();
    if (!outcome.good()) return outcome;
  }
  if (!work_.set_clipping(sets_.data(), set_count_)) return {Outcome::Kind::kOutOfMemory};
  return work_.looks_at_gradients() ? look_at_gradients(table, threads) : Outcome{};
}

Outcome Plan::look_at_gradients(const KernelTable& table, std::size_t threads) {
  Outcome outcome = work_.look_at_gradients(table, threads);
  outcome.entry += static_cast<std::uint32_t>(first_);
  return outcome;
}

bool Plan::list(std::size_t first, std::size_t count) {
  listed_ = false;
  listed_anew_ = true;
  work_.clear();
  for (std::size_t i = first; i < first + count; ++i) {
    if (!work_.list(entries_[i])) return false;
  }
  first_ = first;
  count_ = count;
  listed_ = true;
  return true;
}

Outcome Plan::index_rows() {
  finish();
  listed_anew_ = true;
  work_.clear_rows();
  for (std::size_t i = 0; i < count_; ++i) {
    PlanEntry& entry = entries_[first_ + i];
    if (!entry.sparse()) continue;
    entry.index = pool_.take();
    if (entry.index == nullptr) return {Outcome::Kind::kOutOfMemory};
    Outcome outcome = entry.index->build(entry.indices, table_rows(entry.dense.length, entry.row_length));
    outcome.entry = static_cast<std::uint32_t>(first_ + i);
    if (!outcome.good()) return outcome;
    if (!work_.list_rows(i)) return {Outcome::Kind::kOutOfMemory};
  }
  return {};
}

void Plan::give_indices() {
  // The last one that was taken goes back first, so that each entry gets the same index again: otherwise all of them
  // would grow to the largest.
  for (std::size_t i = size_; i-- > 0;) {
    if (entries_[i].index != nullptr) pool_.give(entries_[i].index);
    entries_[i].index = nullptr;
  }
}

}  // namespace adamax
