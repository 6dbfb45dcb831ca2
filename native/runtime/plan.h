// Who is updated from what: the spans of a step, resolved once and used at every step after.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/table.h"
#include "runtime/buffer.h"
#include "runtime/plan_entry.h"
#include "runtime/work.h"

namespace adamax {

class Plan {
 public:
  Plan() = default;
  ~Plan();
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  // The position of the rule in a kernel table, and the format of all slots. Before the first prepare().
  void set_rule(std::size_t rule, SlotFormat format = SlotFormat::kFloat32) {
    rule_ = rule;
    work_.set_slot_format(format);
  }
  std::size_t size() const { return size_; }
  // Entry i, to be changed; made if there is none yet. i is at most size(). Null when there is no memory.
  PlanEntry* entry(std::size_t i);

  // Whether there are so many entries, and each has a gradient.
  bool all_bound(std::size_t count) const;
  // Lists what entries [0, count) need done, and checks the indices of the sparse ones. Returns kAllGood, kOutOfMemory,
  // kUnbound if one of them has no gradient, or entry * 2^32 + position of the first bad index. Writes nothing but
  // working memory.
  std::int64_t prepare(std::size_t count, const Clipping& clipping);
  // Does what the last prepare() listed, on at most so many threads.
  void run(const KernelTable& table, std::size_t threads, const float* scalars) {
    work_.run(table, table.rules[rule_], threads, scalars);
  }

 private:
  bool list(std::size_t count);

  std::size_t rule_ = 0;
  Buffer<PlanEntry> entries_;
  std::size_t size_ = 0;
  // Of the first count_ entries, if listed_: of an unchanged dense step nothing is listed anew.
  Work work_;
  bool listed_ = false;
  std::size_t count_ = 0;
};

inline constexpr std::int64_t kUnbound = -3;

}  // namespace adamax
