#include "runtime/index_pool.h"

#include <new>

#include "runtime/thread.h"

namespace adamax {

// At most so many bytes lie idle. An index of a million slices takes up to 40 MiB; to get a larger one from the system
// again at each step costs a small part of building it.
constexpr std::size_t kMostIdle = std::size_t{64} << 20;

// An index may have so many times the bytes that are needed of it.
constexpr std::size_t kMostOversize = 8;

static void destroy(RowIndex* list) {
  while (list != nullptr) {
    RowIndex* const index = list;
    list = index->next_idle;
    delete index;
  }
}

IndexPool::~IndexPool() { destroy(idle_); }

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
  RowIndex* gone = nullptr;
  lock();
  if (bytes() + index->bytes() <= kMostIdle) {
    bytes_.fetch_add(index->bytes(), std::memory_order_relaxed);
    index->next_idle = idle_;
    idle_ = index;
    index = nullptr;
  }
  if (++given_ == kLookEvery) {
    given_ = 0;
    gone = take_oversized();
  }
  unlock();
  // The system may take its time.
  delete index;
  destroy(gone);
}

// Takes those indices out of the list that are too large, and makes a list of them.
RowIndex* IndexPool::take_oversized() {
  RowIndex* gone = nullptr;
  for (RowIndex** link = &idle_; *link != nullptr;) {
    RowIndex* const index = *link;
    if (index->bytes() > kMostOversize * index->needed) {
      bytes_.fetch_sub(index->bytes(), std::memory_order_relaxed);
      *link = index->next_idle;
      index->next_idle = gone;
      gone = index;
    } else {
      index->needed = 0;
      link = &index->next_idle;
    }
  }
  return gone;
}

void IndexPool::lock() {
  while (locked_.test_and_set(std::memory_order_acquire)) yield_processor();
}

}  // namespace adamax
