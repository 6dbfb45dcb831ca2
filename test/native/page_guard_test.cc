// Arrays that touch a closed page: a kernel that reads or writes one byte too far ends in a signal.
#include <algorithm>
#include <string>
#include <vector>

#include "cases.h"
#include "check.h"
#include "page_guard.h"
#include "runtime/sum_squares.h"
#include "tests.h"

#if !defined(_WIN32)

namespace adamax::test {
namespace {

constexpr std::size_t kFloats = kAlignedLength + kAlignedTails;

// Pages for each array of a step, so that all of them end, or begin, at a closed page at once.
struct Pages {
  GuardedPages param{kFloats * sizeof(float)}, grad{kFloats * sizeof(float)}, out{kFloats * sizeof(float)};
  GuardedPages slot[kMaxSlots] = {GuardedPages{kFloats * sizeof(float)}, GuardedPages{kFloats * sizeof(float)},
                                  GuardedPages{kFloats * sizeof(float)}};
  GuardedPages touched{64 * sizeof(TouchedRow)}, next{64 * sizeof(std::uint32_t)};

  bool ready() const {
    bool all = param.ready() && grad.ready() && out.ready() && touched.ready() && next.ready();
    for (const GuardedPages& s : slot) all = all && s.ready();
    return all;
  }
};

float* filled(GuardedPages& pages, std::size_t length, bool at_end) {
  Random random(kSeed + length);
  float* x = pages.place<float>(length, at_end);
  fill(x, length, Inputs::kOrdinary, random);
  return x;
}

void* filled_slot(GuardedPages& pages, std::size_t length, SlotFormat format, bool at_end) {
  if (format == SlotFormat::kFloat32) return filled(pages, length, at_end);
  Random random(kSeed + length);
  std::uint16_t* x = pages.place<std::uint16_t>(length, at_end);
  for (std::size_t i = 0; i < length; ++i) x[i] = oracle::to_bfloat16(draw(Inputs::kOrdinary, random), 0x8000);
  return x;
}

void run_dense(Pages& pages, const RuleKernels& kernels, SlotFormat format, std::size_t length, bool at_end) {
  Dense d{};
  d.param = filled(pages.param, length, at_end);
  for (int k = 0; k < kernels.slots; ++k) d.slot[k] = filled_slot(pages.slot[k], length, format, at_end);
  d.grad = filled(pages.grad, length, at_end);
  d.out = filled(pages.out, length, at_end);
  d.length = length;
  kernels.over(format).dense(&d, 1, scalars_of(0));
  d.out = d.param;
  kernels.over(format).dense(&d, 1, scalars_of(0));
  report().pass();
}

// A table of rows in which the first and the last are touched, the last one twice: its slices end the values.
void run_rows(Pages& pages, const RuleKernels& kernels, SlotFormat format, std::size_t row_length, bool at_end) {
  constexpr std::size_t kTableRows = 12;
  const std::vector<TouchedRow> touched = {{kTableRows - 1, 0, 3}, {0, 1, 1}, {5, 2, 2}};
  const std::vector<std::uint32_t> next = {3, kNoSlice, kNoSlice, kNoSlice};
  Rows r{};
  r.param = filled(pages.param, kTableRows * row_length, at_end);
  for (int k = 0; k < kernels.slots; ++k)
    r.slot[k] = filled_slot(pages.slot[k], kTableRows * row_length, format, at_end);
  r.values = filled(pages.grad, next.size() * row_length, at_end);
  TouchedRow* const touched_at = pages.touched.place<TouchedRow>(touched.size(), at_end);
  std::uint32_t* const next_at = pages.next.place<std::uint32_t>(next.size(), at_end);
  std::copy(touched.begin(), touched.end(), touched_at);
  std::copy(next.begin(), next.end(), next_at);
  r.touched = touched_at;
  r.next = next_at;
  r.row_length = row_length;
  kernels.over(format).rows(r, 0, touched.size(), scalars_of(0));
  report().pass();
}

void test_rule(Pages& pages, const char* isa, const RuleKernels& kernels, SlotFormat format, bool at_end,
               const std::string& edge) {
  const std::string name = std::string(isa) + " " + kernels.name + " " + name_of(format);
  report().test(name + " dense" + edge, [&] {
    if (!report().expect(pages.ready(), "no closed pages to be had")) return;
    for (std::size_t length = 0; length < kShortLengths; ++length) run_dense(pages, kernels, format, length, at_end);
    for (std::size_t tail = 0; tail < kAlignedTails; ++tail) {
      run_dense(pages, kernels, format, kAlignedLength + tail, at_end);
    }
  });
  report().test(name + " rows" + edge, [&] {
    if (!report().expect(pages.ready(), "no closed pages to be had")) return;
    for (std::size_t length = 1; length < kShortLengths; ++length) run_rows(pages, kernels, format, length, at_end);
  });
}

}  // namespace

void test_page_guard(const KernelTable& table) {
  Pages pages;
  for (bool at_end : {true, false}) {
    const std::string edge = at_end ? ", arrays that end at a closed page" : ", arrays that begin at a closed page";
    for (std::size_t rule = 0; rule < table.rule_count; ++rule) {
      for (SlotFormat format : kAllFormats) test_rule(pages, table.isa, table.rules[rule], format, at_end, edge);
    }
    report().test(std::string(table.isa) + " sum of squares" + edge, [&] {
      if (!report().expect(pages.ready(), "no closed pages to be had")) return;
      for (std::size_t length = 0; length < kShortLengths; ++length) {
        sum_squares(table, filled(pages.grad, length, at_end), length);
        report().pass();
      }
    });
  }
}

}  // namespace adamax::test

#else

namespace adamax::test {

void test_page_guard(const KernelTable&) {}

}  // namespace adamax::test

#endif
