// Sparse sweeps against the oracle: row lengths around every vector width, indices repeated and out of order.
#include <cstring>
#include <string>
#include <vector>

#include "arrays.h"
#include "cases.h"
#include "check.h"
#include "subject.h"
#include "tests.h"

namespace adamax::test {
namespace {

constexpr std::size_t kRowLengths[] = {1, 2, 3, 5, 7, 8, 15, 16, 17, 31, 33, 64, 100, 300};
constexpr std::size_t kTableRows = 37;
constexpr std::size_t kSteps = 4;

enum class Pattern {
  kNone,
  kOne,
  kLast,
  kAscending,
  kDescending,
  kRandom,
  kOneRowOften,
  kTwoRowsInTurn,
  kEveryRowTwice
};
constexpr Pattern kPatterns[] = {Pattern::kNone,        Pattern::kOne,           Pattern::kLast,
                                 Pattern::kAscending,   Pattern::kDescending,    Pattern::kRandom,
                                 Pattern::kOneRowOften, Pattern::kTwoRowsInTurn, Pattern::kEveryRowTwice};

std::vector<std::int64_t> indices_of(Pattern pattern, Random& random) {
  std::vector<std::int64_t> indices;
  const auto rows = static_cast<std::int64_t>(kTableRows);
  switch (pattern) {
    case Pattern::kNone:
      break;
    case Pattern::kOne:
      indices = {static_cast<std::int64_t>(random.below(kTableRows))};
      break;
    case Pattern::kLast:
      indices = {rows - 1, 0, rows - 1};
      break;
    case Pattern::kAscending:
      for (std::int64_t row = 0; row < rows; row += 2) indices.push_back(row);
      break;
    case Pattern::kDescending:
      for (std::int64_t row = rows - 1; row >= 0; --row) indices.push_back(row);
      break;
    case Pattern::kRandom:
      for (int i = 0; i < 60; ++i) indices.push_back(static_cast<std::int64_t>(random.below(kTableRows)));
      break;
    case Pattern::kOneRowOften:
      indices.assign(50, 5);
      break;
    case Pattern::kTwoRowsInTurn:
      for (int i = 0; i < 31; ++i) indices.push_back(i % 2 == 0 ? 30 : 4);
      break;
    case Pattern::kEveryRowTwice:
      for (std::int64_t row = 0; row < 2 * rows; ++row) indices.push_back(row * 7 % rows);
      break;
  }
  return indices;
}

struct Table {
  GuardedArray param;
  std::vector<SlotArray> slot;
  std::size_t row_length;

  Table(std::size_t row_length, std::size_t offset, int slots, SlotFormat format)
      : param(kTableRows * row_length, offset), row_length(row_length) {
    for (int k = 0; k < slots; ++k) {
      slot.emplace_back(format, param.length(), (offset + 3 + 4 * static_cast<std::size_t>(k)) % kOffsets);
    }
  }

  SparseStep step(const GuardedArray& values, const std::vector<std::int64_t>& indices) {
    SparseStep s{param.data(), {}, values.data(), param.length(), row_length, indices};
    for (std::size_t k = 0; k < slot.size(); ++k) s.slot[k] = slot[k].data();
    return s;
  }

  bool guards_intact() const {
    bool intact = param.guards_intact();
    for (const SlotArray& s : slot) intact = intact && s.guards_intact();
    return intact;
  }
};

void fill_both(GuardedArray* a, GuardedArray* b, Inputs inputs, Random& random) {
  fill(a->data(), a->length(), inputs, random);
  if (a->length() > 0) std::memcpy(b->data(), a->data(), a->length() * sizeof(float));
}

void fill_both(SlotArray* a, SlotArray* b, Inputs inputs, Random& random) {
  fill(a, inputs, random);
  if (a->length() > 0) std::memcpy(b->data(), a->data(), a->bytes());
}

struct Case {
  const char* inputs;
  int pattern;
  std::size_t row_length, offset, step;
};

void expect_none(const char* array, std::size_t difference, std::size_t length, float got, float want, const Case& c) {
  if (difference == length) {
    report().pass();
    return;
  }
  report().expect(false, "%s row %zu [%zu] is %a, want %a; %s, pattern %d, row length %zu, offset %zu, step %zu", array,
                  difference / c.row_length, difference % c.row_length, got, want, c.inputs, c.pattern, c.row_length,
                  c.offset, c.step);
}

void expect_same(const char* array, const GuardedArray& got, const GuardedArray& want, const Case& c) {
  const std::size_t i = first_difference(got.data(), want.data(), want.length());
  expect_none(array, i, want.length(), got.data()[i], want.data()[i], c);  // or a guard of each
}

void expect_same(const char* array, const SlotArray& got, const SlotArray& want, const Case& c) {
  const std::size_t i = first_difference(got, want);
  expect_none(array, i, want.length(), got[i], want[i], c);
}

void run(const RuleKernels& kernels, const oracle::Rule& rule, SlotFormat format, Pattern pattern, Inputs inputs,
         std::size_t row_length, std::size_t offset) {
  KernelSubject subject(kernels, format);
  OracleSubject expected(rule, format);
  Random random(kSeed + row_length * kOffsets + offset);
  Table got(row_length, offset, rule.slots, format), want(row_length, (offset + 1) % kOffsets, rule.slots, format);
  fill_both(&want.param, &got.param, inputs, random);
  for (int k = 0; k < rule.slots; ++k) fill_both(&want.slot[k], &got.slot[k], inputs, random);
  for (std::size_t step = 0; step < kSteps; ++step) {
    const std::vector<std::int64_t> indices = indices_of(pattern, random);
    GuardedArray values(indices.size() * row_length, (offset + 11) % kOffsets), same_values(values);
    fill_both(&values, &same_values, inputs, random);
    const Scalars& scalars = scalars_of(row_length + offset + step);
    SparseStep got_step = got.step(values, indices);
    SparseStep want_step = want.step(same_values, indices);
    got_step.clip = want_step.clip = clip_at(row_length + offset + step);
    subject.rows(got_step, scalars);
    expected.rows(want_step, scalars);
    const Case c{name_of(inputs), static_cast<int>(pattern), row_length, offset, step};
    expect_same("param", got.param, want.param, c);
    for (int k = 0; k < rule.slots; ++k) expect_same(k == 0 ? "slot 0" : "slot 1", got.slot[k], want.slot[k], c);
    expect_same("values", values, same_values, c);
    report().expect(got.guards_intact() && values.guards_intact(),
                    "wrote outside an array; pattern %d, row length %zu, offset %zu", c.pattern, row_length, offset);
  }
}

// Touched rows [0, cut) and [cut, end) give what [0, end) gives, wherever the cut.
void run_parts(const RuleKernels& kernels, SlotFormat format) {
  constexpr std::size_t kRowLength = 21;
  Random random(kSeed);
  const std::vector<std::int64_t> indices = indices_of(Pattern::kRandom, random);
  RowIndex index;
  index.build({indices.data(), Indices::Kind::kInt64, indices.size()}, kTableRows);
  for (std::size_t cut = 0; cut <= index.count(); ++cut) {
    Table whole(kRowLength, 0, kernels.slots, format), parts(kRowLength, 9, kernels.slots, format);
    GuardedArray values(indices.size() * kRowLength, 3);
    fill(values.data(), values.length(), Inputs::kOrdinary, random);
    fill_both(&whole.param, &parts.param, Inputs::kOrdinary, random);
    for (int k = 0; k < kernels.slots; ++k) fill_both(&whole.slot[k], &parts.slot[k], Inputs::kOrdinary, random);
    const auto rows_of = [&](Table& table) {
      Rows rows{};
      rows.param = table.param.data();
      for (int k = 0; k < kernels.slots; ++k) rows.slot[k] = table.slot[k].data();
      rows.values = values.data();
      rows.next = index.next();
      rows.touched = index.touched();
      rows.row_length = kRowLength;
      return rows;
    };
    kernels.over(format).rows(rows_of(whole), 0, index.count(), scalars_of(cut));
    kernels.over(format).rows(rows_of(parts), cut, index.count(), scalars_of(cut));
    kernels.over(format).rows(rows_of(parts), 0, cut, scalars_of(cut));
    const Case c{"ordinary", static_cast<int>(Pattern::kRandom), kRowLength, cut, 0};
    expect_same("param", parts.param, whole.param, c);
    for (int k = 0; k < kernels.slots; ++k) expect_same("slot", parts.slot[k], whole.slot[k], c);
  }
}

}  // namespace

void test_rows(const char* isa, const RuleKernels& kernels, const oracle::Rule& rule, SlotFormat format) {
  const std::string name = std::string(isa) + " " + kernels.name + " " + name_of(format);
  report().test(name + " rows", [&] {
    for (Inputs inputs : kAllInputs) {
      for (Pattern pattern : kPatterns) {
        for (std::size_t row_length : kRowLengths) {
          for (std::size_t offset : {0, 1, 6, 15}) {
            // What the formats do not share, loads and stores, sees offsets enough with one of them.
            if (format == SlotFormat::kBfloat16 && offset != 6) continue;
            run(kernels, rule, format, pattern, inputs, row_length, offset);
          }
        }
      }
    }
  });
  report().test(name + " rows, in two parts", [&] { run_parts(kernels, format); });
}

}  // namespace adamax::test
