#include "runtime/index_pool.h"

#include <new>

namespace adamax {

// What may lie idle. An index of a million slices takes up to 40 MiB; to get a larger one from the system again at each
// step costs a small part of building it.
constexpr std::size_t kMostIdle = std::size_t{64} << 20;

IndexPool::~IndexPool() {
  for (std::size_t i = 0; i < count_; ++i) delete idle_[i];
}

RowIndex* IndexPool::take() {
  mutex_.lock();
  RowIndex* index = nullptr;
  if (count_ > 0) {
    index = idle_[--count_];
    bytes_ -= index->bytes();
  }
  mutex_.unlock();
  return index != nullptr ? index : new (std::nothrow) RowIndex;
}

void IndexPool::give(RowIndex* index) {
  mutex_.lock();
  const bool keep = bytes_ + index->bytes() <= kMostIdle && idle_.make_room(count_);
  if (keep) {
    bytes_ += index->bytes();
    idle_[count_++] = index;
  }
  mutex_.unlock();
  if (!keep) delete index;
}

std::size_t IndexPool::bytes() {
  mutex_.lock();
  const std::size_t bytes = bytes_;
  mutex_.unlock();
  return bytes;
}

}  // namespace adamax
