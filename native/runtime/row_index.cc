#include "runtime/row_index.h"

#include <cstring>

namespace adamax {
namespace {

// A hash table that is at most half full takes up to 1.5 steps a slice, where rows collide by chance.
constexpr std::size_t kMostSteps = 8;

}  // namespace

Outcome RowIndex::build(const Indices& indices, std::size_t table_rows) {
  count_ = steps_ = 0;
  const std::size_t slices = indices.count;
  if (slices >= kNoSlice) return {Outcome::Kind::kOutOfMemory};
  bits_ = 4;
  while (place_count() < 2 * slices) ++bits_;
  if (!touched_.reserve(slices) || !next_.reserve(slices) || !places_.reserve(place_count())) {
    return {Outcome::Kind::kOutOfMemory};
  }
  const std::size_t need =
      slices * (sizeof(TouchedRow) + sizeof(std::uint32_t)) + place_count() * sizeof(std::uint32_t);
  if (need > needed) needed = need;
  clear_places();
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

void RowIndex::clear_places() { std::memset(places_.data(), 0xff, place_count() * sizeof(std::uint32_t)); }

template <class Int>
Outcome RowIndex::build_from(const Int* indices, std::size_t slices, std::size_t table_rows) {
  const volatile Int* const shared = indices;
  // What the loop needs lies in locals, since the compiler takes members for changed after each store.
  TouchedRow* const touched = touched_.data();
  std::uint32_t* const next = next_.data();
  std::size_t steps = 0;
  std::uint32_t slice = 0;
  // Takes slices until so many steps were taken. `find` returns where the number of a row among the touched ones is, or
  // else kNoSlice in the place where it belongs.
  const auto take = [&](std::size_t most_steps, auto find) -> Outcome {
    std::size_t count = count_;
    for (; slice < slices && steps <= most_steps; ++slice) {
      const Int index = shared[slice];
      // A negative index becomes a huge row.
      const std::uint64_t row = static_cast<std::uint64_t>(static_cast<std::int64_t>(index));
      if (row >= table_rows) return {Outcome::Kind::kBadIndex, 0, slice};
      next[slice] = kNoSlice;
      std::uint32_t* const place = find(static_cast<std::size_t>(row));
      if (*place == kNoSlice) {
        *place = static_cast<std::uint32_t>(count);
        touched[count++] = {static_cast<std::size_t>(row), slice, slice};
      } else {
        TouchedRow& known = touched[*place];
        next[known.last] = slice;
        known.last = slice;
      }
    }
    count_ = count;
    return {};
  };
  std::uint32_t* const places = places_.data();
  const std::size_t mask = place_count() - 1;
  const int shift = 64 - bits_;
  Outcome outcome = take(kMostSteps * slices, [&](std::size_t row) {
    // Multiplicative hashing: the high bits of a product with 2^64 / golden ratio (Knuth, TAOCP 3, 6.4).
    std::size_t place = (row * std::uint64_t{0x9E3779B97F4A7C15}) >> shift;
    while (places[place] != kNoSlice && touched[places[place]].row != row) {
      ++steps;
      place = (place + 1) & mask;
    }
    return &places[place];
  });
  if (outcome.good() && slice < slices) {
    steps += plant_tree();
    outcome = take(SIZE_MAX, [&](std::size_t row) { return find_in_tree(row, &steps); });
  }
  steps_ = steps;
  return outcome;
}

// A digital search tree (Knuth, TAOCP 3, 6.3): every touched row is a node, the first one its root, and the bits of a
// row, from the lowest on, say which of two links leads to it. No path is longer than the rows of the table have bits.
// Links 2n and 2n + 1 are those of touched row n; there is room for them, as there are two places for each slice.
std::uint32_t* RowIndex::find_in_tree(std::size_t row, std::size_t* steps) {
  std::uint32_t* link = &root_;
  for (std::size_t bits = row; *link != kNoSlice && touched_[*link].row != row; bits >>= 1) {
    link = &places_[2 * std::size_t{*link} + (bits & 1)];
    ++*steps;
  }
  return link;
}

std::size_t RowIndex::plant_tree() {
  std::size_t steps = 0;
  clear_places();
  root_ = kNoSlice;
  for (std::size_t i = 0; i < count_; ++i) *find_in_tree(touched_[i].row, &steps) = static_cast<std::uint32_t>(i);
  return steps;
}

}  // namespace adamax
