// Working memory of sparse steps, lent to plans for the length of a step. It belongs to an environment and not to a
// plan, so that what it takes is bounded by the largest step, however many optimizers have taken one.
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

  // Bytes of the indices that lie idle.
  std::size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  // A thread holds the lock for a few instructions only, and two threads want it at once only if a step off the event
  // loop and one on it begin at the same moment. So lock() spins, which costs far less than a mutex at each sparse
  // step.
  void lock();
  void unlock() { locked_.clear(std::memory_order_release); }

  std::atomic_flag locked_ = ATOMIC_FLAG_INIT;
  RowIndex* idle_ = nullptr;  // the first of a list by next_idle
  std::atomic<std::size_t> bytes_{0};
};

}  // namespace adamax
