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

// Lists each touched row once, in order of first occurrence, with its slices chained in order of occurrence. That takes
// O(slices) for ordinary rows, and O(slices · log table_rows) for any: rows are looked up in a hash table as long as it
// is a good one, and in a search tree from the moment on when it has taken more steps than chance would explain, e.g.
// because somebody has chosen rows that collide. The order does not depend on which it was. The working memory is kept
// from one build to the next; runtime/index_pool.h says for how long.
class RowIndex {
 public:
  // Reads every index exactly once, so that a buffer shared with another thread cannot change a number between its
  // check and its use. Returns the position of the first index outside [0, table_rows); the caller fills in the entry.
  Outcome build(const Indices& indices, std::size_t table_rows);

  const TouchedRow* touched() const { return touched_.data(); }
  std::size_t count() const { return count_; }
  const std::uint32_t* next() const { return next_.data(); }
  // Steps of the last build from one touched row to the next in search of a row, in the hash table and in the tree.
  std::size_t search_steps() const { return steps_; }
  // Bytes of its working memory.
  std::size_t bytes() const { return touched_.bytes() + next_.bytes() + places_.bytes(); }

  // The next one in the list of the pool that this index lies idle in.
  RowIndex* next_idle = nullptr;
  // The most bytes that a build has needed since the pool last looked.
  std::size_t needed = 0;

 private:
  template <class Int>
  Outcome build_from(const Int* indices, std::size_t slices, std::size_t table_rows);
  std::size_t place_count() const { return std::size_t{1} << bits_; }
  void clear_places();
  // Makes the tree of all rows touched so far, and returns the steps it took.
  std::size_t plant_tree();
  std::uint32_t* find_in_tree(std::size_t row, std::size_t* steps);

  Buffer<TouchedRow> touched_;
  Buffer<std::uint32_t> next_;  // by slice: the next one of the same row
  // Numbers of touched rows, or kNoSlice: a hash table by open addressing, or the links of the tree.
  Buffer<std::uint32_t> places_;
  std::uint32_t root_ = kNoSlice;
  std::size_t count_ = 0;
  std::size_t steps_ = 0;
  int bits_ = 0;  // of the number of places
};

}  // namespace adamax
