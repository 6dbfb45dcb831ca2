// Working memory of sparse steps, lent to plans for the length of a step. It belongs to an environment and not to a
// plan, so that what it takes is bounded by the largest step, however many optimizers have taken one. Once in a while
// indices go that are much larger than what was needed of them since the last time, or were not used at all.
#pragma once

#include <atomic>
#include <cstddef>

#include "runtime/row_index.h"

namespace adamax {

class IndexPool {
 public:
  IndexPool() = default;
  ~IndexPool();
  IndexPool(const IndexPool&) = delete;
  IndexPool& operator=(const IndexPool&) = delete;

  // Any thread may take and give. take() returns null when there is no memory.
  RowIndex* take();
  void give(RowIndex* index);

  // After so many calls of give() it looks at the indices that lie idle. One that is needed more often than that is
  // kept, so that no memory comes and goes with each step.
  static constexpr std::size_t kLookEvery = 256;

  // Bytes of the indices that lie idle.
  std::size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  // A thread holds the lock for a few instructions only, and two threads want it at once only if a step off the event
  // loop and one on it begin at the same moment. So lock() spins, which costs far less than a mutex at each sparse
  // step.
  void lock();
  RowIndex* take_oversized();
  void unlock() { locked_.clear(std::memory_order_release); }

  std::atomic_flag locked_ = ATOMIC_FLAG_INIT;
  RowIndex* idle_ = nullptr;  // the first of a list by next_idle
  std::atomic<std::size_t> bytes_{0};
  std::size_t given_ = 0;  // since it last looked
};

}  // namespace adamax
