// The rows that a sparse gradient touches.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/table.h"
#include "runtime/buffer.h"
#include "runtime/outcome.h"

namespace adamax {

// Row numbers of a sparse gradient, in one of the kinds that JavaScript has typed arrays for.
struct Indices {
  enum class Kind { kInt32, kUint32, kInt64 };
  const void* data;
  Kind kind;
  std::size_t count;
};

// The number of rows of a table, which is 0 when rows have no elements.
inline std::size_t table_rows(std::size_t length, std::size_t row_length) {
  return row_length == 0 ? 0 : length / row_length;
}

// Lists each touched row once, in order of first occurrence, with its slices chained in order of occurrence, in
// O(slices). The working memory is kept from one build to the next; runtime/index_pool.h says for how long.
class RowIndex {
 public:
  // Reads every index exactly once, so that a buffer shared with another thread cannot change a number between its
  // check and its use. Returns the position of the first index outside [0, table_rows); the caller fills in the entry.
  Outcome build(const Indices& indices, std::size_t table_rows);

  const TouchedRow* touched() const { return touched_.data(); }
  std::size_t count() const { return count_; }
  const std::uint32_t* next() const { return next_.data(); }
  // Bytes of its working memory.
  std::size_t bytes() const { return touched_.bytes() + last_.bytes() + next_.bytes() + ordinals_.bytes(); }

  // The next one in the list of the pool that this index lies idle in.
  RowIndex* next_idle = nullptr;

 private:
  template <class Int>
  Outcome build_from(const Int* indices, std::size_t slices, std::size_t table_rows);
  // Returns the place of `row` in the hash table: the one it has, or the empty one where it belongs.
  std::uint32_t* place_of(std::size_t row);

  Buffer<TouchedRow> touched_;
  Buffer<std::uint32_t> last_;      // by touched row: its last slice so far
  Buffer<std::uint32_t> next_;      // by slice: the next one of the same row
  Buffer<std::uint32_t> ordinals_;  // open addressing: a touched row's number, or kNoSlice
  std::size_t count_ = 0;
  std::size_t mask_ = 0;
  int shift_ = 0;
};

}  // namespace adamax
