// Who is updated from what: the spans of a step, resolved once and used at every step after.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/table.h"
#include "runtime/buffer.h"
#include "runtime/index_pool.h"
#include "runtime/outcome.h"
#include "runtime/plan_entry.h"
#include "runtime/work.h"

namespace adamax {

class Plan {
 public:
  // `pool` lends the memory of sparse steps and must outlive the plan; `rule` is the position of the rule in a kernel
  // table, and `format` that of all slots.
  Plan(IndexPool& pool, std::size_t rule, SlotFormat format = SlotFormat::kFloat32);
  ~Plan() { finish(); }
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  std::size_t size() const { return size_; }
  // Returns entry i for changes of any kind, and makes it where i is size(), the largest number allowed. Returns null
  // when there is no memory.
  PlanEntry* entry(std::size_t i);
  // Returns entry i, below size(), for changes of its addresses alone; move() must follow.
  PlanEntry& entry_to_move(std::size_t i) { return entries_[i]; }
  void move(std::size_t i) {
    if (listed_ && i - first_ < count_) work_.move(i - first_);
  }
  // Sets what is stepped of entry i, below size(). The other entries that are listed with it are listed anew, too,
  // unless its gradient alone lies elsewhere.
  void set_stretch(std::size_t i, const Stretch& stretch) {
    Stretch& known = entries_[i].stretch;
    if (!stretch.has_bounds_of(known) && i - first_ < count_) listed_ = false;
    known = stretch;
    move(i);
  }
  // Forgets all entries from `count` on.
  void truncate(std::size_t count);

  // The sets of scalars, to be written before prepare(). Null when there is no memory.
  ScalarSet* sets(std::size_t count) { return count == set_count_ || resize_sets(count) ? sets_.data() : nullptr; }

  // Whether every gradient must be finite, from the next prepare() on.
  void require_finite(bool required) { work_.require_finite(required); }

  // Whether these entries are there, each with a gradient and a set of scalars.
  bool all_bound(std::size_t first, std::size_t count) const;
  // Lists what entries [first, first + count) need done, checks the indices of the sparse ones, and looks at gradients
  // on at most so many threads where their norms are wanted, or must be finite. Writes nothing but working memory.
  Outcome prepare(std::size_t first, std::size_t count, const KernelTable& table, std::size_t threads);
  // Does what the last prepare() listed, on at most so many threads.
  void run(const KernelTable& table, std::size_t threads) { work_.run(table.rules[rule_], threads, sets_.data()); }
  // Gives back what prepare() borrowed, whatever came of it.
  void finish() {
    if (work_.has_sparse()) give_indices();
  }

  // Whether something was listed since this was last asked, so that memory may have grown.
  bool listed_anew() {
    const bool anew = listed_anew_;
    listed_anew_ = false;
    return anew;
  }
  // Bytes of its own memory.
  std::size_t bytes() const { return entries_.bytes() + sets_.bytes() + work_.bytes(); }

 private:
  bool resize_sets(std::size_t count);
  bool list(std::size_t first, std::size_t count);
  Outcome index_rows();
  Outcome look_at_gradients(const KernelTable& table, std::size_t threads);
  void give_indices();

  IndexPool& pool_;
  std::size_t rule_;
  Buffer<PlanEntry> entries_;
  std::size_t size_ = 0;
  Buffer<ScalarSet> sets_;
  std::size_t set_count_ = 0;
  // Of entries [first_, first_ + count_), if listed_: of an unchanged dense step nothing is listed anew.
  Work work_;
  bool listed_ = false;
  bool listed_anew_ = false;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
};

}  // namespace adamax
