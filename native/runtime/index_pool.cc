#include "runtime/index_pool.h"

#include <new>

#include "runtime/thread.h"

namespace adamax {

// At most so many bytes lie idle. An index of a million slices takes up to 40 MiB; to get a larger one from the system
// again at each step costs a small part of building it.
constexpr std::size_t kMostIdle = std::size_t{64} << 20;

IndexPool::~IndexPool() {
  for (std::size_t i = 0; i < count_; ++i) delete idle_[i];
}

RowIndex* IndexPool::take() {
  lock();
  RowIndex* index = nullptr;
  if (count_ > 0) {
    index = idle_[--count_];
    bytes_.fetch_sub(index->bytes(), std::memory_order_relaxed);
  }
  unlock();
  return index != nullptr ? index : new (std::nothrow) RowIndex;
}

void IndexPool::give(RowIndex* index) {
  lock();
  const bool keep = bytes() + index->bytes() <= kMostIdle && idle_.make_room(count_);
  if (keep) {
    bytes_.fetch_add(index->bytes(), std::memory_order_relaxed);
    idle_[count_++] = index;
  }
  unlock();
  if (!keep) delete index;
}

void IndexPool::lock() {
  while (locked_.test_and_set(std::memory_order_acquire)) yield_processor();
}

}  // namespace adamax
