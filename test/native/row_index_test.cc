// The index of touched rows: their order, their chains of slices, and indices that must be refused.
#include <limits>
#include <string>
#include <vector>

#include "cases.h"
#include "check.h"
#include "runtime/row_index.h"
#include "tests.h"

namespace adamax::test {
namespace {

template <class Int>
Indices as_indices(const std::vector<Int>& numbers, Indices::Kind kind) {
  return {numbers.data(), kind, numbers.size()};
}

// Rows in order of first occurrence, slices of a row in order of occurrence: by looking for them, one after another.
void expect_good(const RowIndex& index, const std::vector<std::int64_t>& numbers, const char* kind) {
  std::vector<bool> seen(numbers.size());
  std::size_t touched = 0;
  for (std::size_t first = 0; first < numbers.size(); ++first) {
    if (seen[first]) continue;
    if (!report().expect(touched < index.count(), "%s: %zu rows are too few", kind, index.count())) return;
    const TouchedRow& row = index.touched()[touched++];
    report().expect(row.row == static_cast<std::size_t>(numbers[first]) && row.first == first,
                    "%s: touched row %zu is (%zu, %u), want (%lld, %zu)", kind, touched - 1, row.row, row.first,
                    static_cast<long long>(numbers[first]), first);
    std::uint32_t slice = row.first;
    for (std::size_t later = first; later < numbers.size(); ++later) {
      if (numbers[later] != numbers[first]) continue;
      seen[later] = true;
      if (!report().expect(slice == later, "%s: slice %u follows, want %zu", kind, slice, later)) return;
      slice = index.next()[slice];
    }
    report().expect(slice == kNoSlice, "%s: a chain goes on to %u", kind, slice);
  }
  report().expect(touched == index.count(), "%s: %zu rows, want %zu", kind, index.count(), touched);
}

// The same numbers in every kind of index that can hold them, built by one object over and over.
void run(RowIndex* index, const std::vector<std::int64_t>& numbers, std::size_t rows) {
  const std::vector<std::int32_t> narrow(numbers.begin(), numbers.end());
  const std::vector<std::uint32_t> unsigned_numbers(numbers.begin(), numbers.end());
  const auto build = [&](const Indices& indices, const char* kind) {
    if (report().expect(index->build(indices, rows).good(), "%s: refused", kind)) {
      expect_good(*index, numbers, kind);
    }
  };
  build(as_indices(narrow, Indices::Kind::kInt32), "int32");
  build(as_indices(unsigned_numbers, Indices::Kind::kUint32), "uint32");
  build(as_indices(numbers, Indices::Kind::kInt64), "int64");
}

void run_all() {
  RowIndex index;
  Random random(kSeed);
  run(&index, {}, 0);
  run(&index, {}, 5);
  run(&index, {0}, 1);
  run(&index, std::vector<std::int64_t>(100, 3), 4);
  run(&index, {2147483647, 0, 2147483647}, std::size_t{1} << 31);
  for (std::size_t slices : {1, 2, 7, 8, 9, 15, 16, 17, 255, 256, 257, 2000}) {
    for (std::size_t rows : {1, 3, 50, 100000}) {
      std::vector<std::int64_t> numbers(slices), strided(slices);
      for (std::int64_t& number : numbers) number = static_cast<std::int64_t>(random.below(rows));
      run(&index, numbers, rows);
      for (std::size_t i = 0; i < slices; ++i) strided[i] = static_cast<std::int64_t>(i << 17);  // a stride of tables
      run(&index, strided, std::size_t{1} << 31);
    }
  }
}

constexpr std::size_t kManySlices = 1000;

// Rows that all belong in the first place of the hash table of so many slices: of the multiples of `stride`, those
// whose hash has high bits of 0.
std::vector<std::int64_t> colliding(std::int64_t stride) {
  std::vector<std::int64_t> numbers;
  for (std::int64_t row = 0; numbers.size() < kManySlices; row += stride) {
    if (static_cast<std::uint64_t>(row) * std::uint64_t{0x9E3779B97F4A7C15} >> 53 == 0) numbers.push_back(row);
  }
  return numbers;
}

// Two rows for each of the first places: each is in the way of all that follow.
std::vector<std::int64_t> adjacent() {
  std::vector<std::int64_t> numbers;
  for (std::uint64_t place = 0; place < kManySlices / 2; ++place) {
    std::int64_t row = 0;
    for (int found = 0; found < 2; ++row) {
      if (static_cast<std::uint64_t>(row) * std::uint64_t{0x9E3779B97F4A7C15} >> 53 != place) continue;
      numbers.push_back(row);
      ++found;
    }
  }
  return numbers;
}

// The steps that a build may take: those of a hash table that is given up, and those down a tree of rows of `bits`
// bits.
void expect_few_steps(const std::vector<std::int64_t>& numbers, int bits, const char* what) {
  RowIndex index;
  const Indices indices = as_indices(numbers, Indices::Kind::kInt64);
  if (!report().expect(index.build(indices, std::size_t{1} << bits).good(), "%s: refused", what)) return;
  expect_good(index, numbers, what);
  const std::size_t most = numbers.size() * static_cast<std::size_t>(9 + bits);
  report().expect(index.search_steps() <= most, "%s: %zu steps, want at most %zu", what, index.search_steps(), most);
}

void choose_rows() {
  expect_few_steps(colliding(1), 31, "rows of one place");
  expect_few_steps(colliding((std::int64_t{1} << 32) + 5), 53, "rows of one place, beyond 2^32");
  expect_few_steps(adjacent(), 31, "rows of adjacent places");
  std::vector<std::int64_t> numbers = colliding(1);
  // Slices of rows that lie in the table already when it is given up, and of rows that come later.
  for (std::size_t i = 0; i < kManySlices; ++i) numbers.push_back(numbers[7 * i % kManySlices]);
  expect_few_steps(numbers, 31, "rows of one place, twice");
  numbers[numbers.size() - 1] = -1;
  RowIndex index;
  const Outcome outcome = index.build(as_indices(numbers, Indices::Kind::kInt64), std::size_t{1} << 31);
  report().expect(outcome.kind == Outcome::Kind::kBadIndex && outcome.position == numbers.size() - 1,
                  "a bad index behind rows of one place is found at %u", outcome.position);
  for (int power = 0; power <= 43; ++power) {
    for (std::int64_t factor : {1, 3, 5, 7, 13, 377}) {
      const std::int64_t stride = factor << power;
      if (stride > std::int64_t{1} << 43) continue;
      numbers.clear();
      for (std::size_t i = 0; i < kManySlices; ++i) numbers.push_back(static_cast<std::int64_t>(i) * stride);
      expect_few_steps(numbers, 53, "multiples");
    }
  }
}

bool is_bad(const Outcome& outcome, std::size_t position) {
  return outcome.kind == Outcome::Kind::kBadIndex && outcome.position == position;
}

template <class Int>
void refuse(Indices::Kind kind, Int bad, std::size_t rows, const char* name) {
  RowIndex index;
  for (std::size_t position : {0, 1, 8, 30}) {
    std::vector<Int> numbers(31, Int{1});
    numbers[position] = bad;
    Outcome outcome = index.build(as_indices(numbers, kind), rows);
    report().expect(is_bad(outcome, position), "%s: bad at %u, want %zu", name, outcome.position, position);
    numbers[30] = bad;
    outcome = index.build(as_indices(numbers, kind), rows);
    report().expect(is_bad(outcome, position), "%s: the first of two bad ones is %u, want %zu", name, outcome.position,
                    position);
    std::vector<Int> good(31, Int{1});
    report().expect(index.build(as_indices(good, kind), rows).good(), "%s: refuses good ones after", name);
  }
}

}  // namespace

void test_row_index() {
  report().test("row index, chains and order", run_all);
  report().test("row index, rows chosen to collide", choose_rows);
  report().test("row index, indices outside the table", [] {
    using Kind = Indices::Kind;
    refuse<std::int32_t>(Kind::kInt32, 10, 10, "int32, one too large");
    refuse<std::int32_t>(Kind::kInt32, -1, 10, "int32, -1");
    refuse<std::int32_t>(Kind::kInt32, std::numeric_limits<std::int32_t>::min(), 10, "int32, least");
    refuse<std::int32_t>(Kind::kInt32, -1, std::size_t{1} << 33, "int32, -1 as 2^32 - 1");
    refuse<std::uint32_t>(Kind::kUint32, 10, 10, "uint32, one too large");
    refuse<std::uint32_t>(Kind::kUint32, 0xffffffffu, 10, "uint32, greatest");
    refuse<std::int64_t>(Kind::kInt64, 10, 10, "int64, one too large");
    refuse<std::int64_t>(Kind::kInt64, -1, 10, "int64, -1");
    refuse<std::int64_t>(Kind::kInt64, (std::int64_t{1} << 32) + 1, 10, "int64, 2^32 + 1");
    refuse<std::int64_t>(Kind::kInt64, std::numeric_limits<std::int64_t>::max(), 10, "int64, greatest");
    refuse<std::int64_t>(Kind::kInt64, std::numeric_limits<std::int64_t>::min(), 10, "int64, least");
  });
  report().test("row index, tables without rows", [] {
    RowIndex index;
    const std::vector<std::int32_t> zero = {0};
    report().expect(is_bad(index.build(as_indices(zero, Indices::Kind::kInt32), 0), 0), "0 is in a table of no rows");
    report().expect(table_rows(0, 0) == 0 && table_rows(12, 4) == 3 && table_rows(0, 4) == 0, "rows of a table");
  });
  report().test("row index, rows beyond 2^32", [] {
    RowIndex index;
    const auto expect_distinct = [&index](const std::vector<std::int64_t>& numbers) {
      if (report().expect(index.build(as_indices(numbers, Indices::Kind::kInt64), std::size_t{1} << 42).good(),
                          "refused")) {
        expect_good(index, numbers, "int64");
      }
    };
    const std::int64_t far = std::int64_t{1} << 32;
    expect_distinct({far + 1, 1, 2 * far - 1, 1});
    // Rows with the same low bits, often enough for some of them to meet in the hash table.
    for (std::int64_t row = 1; row < 300; ++row) expect_distinct({row, row * far + row, row, row * far + row});
  });
}

}  // namespace adamax::test
