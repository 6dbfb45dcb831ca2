// Working memory of sparse steps, lent to plans for the length of a step. It belongs to an environment and not to a
// plan, so that what it takes is bounded by the largest step, however many optimizers have taken one.
#pragma once

#include <cstddef>

#include "runtime/buffer.h"
#include "runtime/row_index.h"
#include "runtime/thread.h"

namespace adamax {

class IndexPool {
 public:
  IndexPool() = default;
  ~IndexPool();
  IndexPool(const IndexPool&) = delete;
  IndexPool& operator=(const IndexPool&) = delete;

  // Any thread may take and give. Null when there is no memory.
  RowIndex* take();
  void give(RowIndex* index);

  // Bytes of what lies idle.
  std::size_t bytes();

 private:
  Mutex mutex_;
  Buffer<RowIndex*> idle_;
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace adamax
