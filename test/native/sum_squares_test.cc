// The sum of squares against the oracle: every length around a vector and a block, and trees of blocks of every shape.
#include <limits>
#include <string>

#include "arrays.h"
#include "cases.h"
#include "check.h"
#include "runtime/sum_squares.h"
#include "tests.h"

namespace adamax::test {
namespace {

constexpr std::size_t kLengths[] = {4095,  4096,  4097,  8191,         8192,  8193,          12288,   12289,
                                    16384, 20480, 28672, 5 * 4096 + 3, 70001, 15 * 4096 + 1, 1u << 20};

// Numbers whose squares differ by up to 2^40, so that most sums round and a sum in another order shows.
void fill_wide(float* to, std::size_t count, Random& random) {
  fill(to, count, Inputs::kOrdinary, random);
  for (std::size_t i = 0; i < count; ++i) to[i] *= static_cast<float>(std::uint32_t{1} << random.below(21));
}

void expect_sum(const KernelTable& table, const GuardedArray& x, const char* inputs, std::size_t offset) {
  const double got = sum_squares(table, x.data(), x.length());
  const double want = oracle::sum_squares(x.data(), x.length());
  report().expect(same(got, want), "is %a, want %a; %s, length %zu, offset %zu", got, want, inputs, x.length(), offset);
}

void run(const KernelTable& table, std::size_t length, std::size_t offset) {
  Random random(kSeed + length * kOffsets + offset);
  GuardedArray x(length, offset);
  fill_wide(x.data(), length, random);
  expect_sum(table, x, "wide", offset);
  if (length > 100000) return;
  for (Inputs inputs : kAllInputs) {
    fill(x.data(), length, inputs, random);
    expect_sum(table, x, name_of(inputs), offset);
  }
}

// One number of a kind that decides the sum, at every position of a vector.
void run_single(const KernelTable& table, float special, const char* name) {
  for (std::size_t length : {1, 16, 67, 4099}) {
    for (std::size_t position = 0; position < length; position += length > 100 ? 273 : 1) {
      Random random(kSeed + position);
      GuardedArray x(length, position % kOffsets);
      fill(x.data(), length, Inputs::kOrdinary, random);
      x.data()[position] = special;
      expect_sum(table, x, name, position);
    }
  }
}

}  // namespace

void test_sum_squares(const KernelTable& table) {
  const std::string name = std::string(table.isa) + " sum of squares";
  report().test(name, [&] {
    for (std::size_t length = 0; length <= 70; ++length) {
      for (std::size_t offset = 0; offset < kOffsets; ++offset) run(table, length, offset);
    }
    for (std::size_t length : kLengths) {
      for (std::size_t offset : {0, 3}) run(table, length, offset);
    }
  });
  report().test(name + ", NaN, Inf and the largest number", [&] {
    using Limits = std::numeric_limits<float>;
    run_single(table, Limits::quiet_NaN(), "NaN");
    run_single(table, -Limits::infinity(), "-Inf");
    run_single(table, Limits::max(), "max");
    run_single(table, Limits::denorm_min(), "denorm_min");
  });
  report().test(name + " of nothing is +0", [&] {
    report().expect(bits_of(sum_squares(table, nullptr, 0)) == 0, "of no elements is not +0");
    const GuardedArray zeros = [] {
      GuardedArray x(33, 1);
      for (std::size_t i = 0; i < x.length(); ++i) x.data()[i] = -0.0f;
      return x;
    }();
    report().expect(bits_of(sum_squares(table, zeros.data(), zeros.length())) == 0, "of -0s is not +0");
  });
}

}  // namespace adamax::test
