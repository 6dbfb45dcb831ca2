#include "runtime/row_index.h"

#include <cstring>

namespace adamax {

Outcome RowIndex::build(const Indices& indices, std::size_t table_rows) {
  count_ = 0;
  const std::size_t slices = indices.count;
  if (slices >= kNoSlice) return {Outcome::Kind::kOutOfMemory};
  int bits = 4;
  while ((std::size_t{1} << bits) < 2 * slices) ++bits;
  const std::size_t places = std::size_t{1} << bits;
  if (!touched_.reserve(slices) || !last_.reserve(slices) || !next_.reserve(slices) || !ordinals_.reserve(places)) {
    return {Outcome::Kind::kOutOfMemory};
  }
  mask_ = places - 1;
  shift_ = 64 - bits;
  std::memset(ordinals_.data(), 0xff, places * sizeof(std::uint32_t));
  switch (indices.kind) {
    case Indices::Kind::kInt32:
      return build_from(static_cast<const std::int32_t*>(indices.data), slices, table_rows);
    case Indices::Kind::kUint32:
      return build_from(static_cast<const std::uint32_t*>(indices.data), slices, table_rows);
    case Indices::Kind::kInt64:
      return build_from(static_cast<const std::int64_t*>(indices.data), slices, table_rows);
  }
  return {};
}

template <class Int>
Outcome RowIndex::build_from(const Int* indices, std::size_t slices, std::size_t table_rows) {
  const volatile Int* const shared = indices;
  for (std::uint32_t slice = 0; slice < slices; ++slice) {
    const Int index = shared[slice];
    // A negative index becomes a huge row.
    const std::uint64_t row = static_cast<std::uint64_t>(static_cast<std::int64_t>(index));
    if (row >= table_rows) return {Outcome::Kind::kBadIndex, 0, slice};
    next_[slice] = kNoSlice;
    std::uint32_t* const place = place_of(row);
    if (*place == kNoSlice) {
      *place = static_cast<std::uint32_t>(count_);
      touched_[count_] = {static_cast<std::size_t>(row), slice};
      last_[count_] = slice;
      ++count_;
    } else {
      next_[last_[*place]] = slice;
      last_[*place] = slice;
    }
  }
  return {};
}

std::uint32_t* RowIndex::place_of(std::size_t row) {
  // Multiplicative hashing: the high bits of a product with 2^64 / golden ratio (Knuth, TAOCP 3, 6.4).
  std::size_t place = (row * std::uint64_t{0x9E3779B97F4A7C15}) >> shift_;
  while (ordinals_[place] != kNoSlice && touched_[ordinals_[place]].row != row) place = (place + 1) & mask_;
  return &ordinals_[place];
}

}  // namespace adamax
