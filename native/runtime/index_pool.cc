#include "runtime/index_pool.h"

#include <new>

#include "runtime/thread.h"

namespace adamax {

// At most so many bytes lie idle. An index of a million slices takes up to 40 MiB; to get a larger one from the system
// again at each step costs a small part of building it.
constexpr std::size_t kMostIdle = std::size_t{64} << 20;

IndexPool::~IndexPool() {
  while (idle_ != nullptr) {
    RowIndex* const index = idle_;
    idle_ = index->next_idle;
    delete index;
  }
}

RowIndex* IndexPool::take() {
  lock();
  RowIndex* const index = idle_;
  if (index != nullptr) {
    idle_ = index->next_idle;
    bytes_.fetch_sub(index->bytes(), std::memory_order_relaxed);
  }
  unlock();
  return index != nullptr ? index : new (std::nothrow) RowIndex;
}

void IndexPool::give(RowIndex* index) {
  lock();
  const bool keep = bytes() + index->bytes() <= kMostIdle;
  if (keep) {
    bytes_.fetch_add(index->bytes(), std::memory_order_relaxed);
    index->next_idle = idle_;
    idle_ = index;
  }
  unlock();
  if (!keep) delete index;
}

void IndexPool::lock() {
  while (locked_.test_and_set(std::memory_order_acquire)) yield_processor();
}

}  // namespace adamax
