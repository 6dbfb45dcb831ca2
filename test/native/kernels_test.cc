// Every kernel of every instruction set this machine has, against an oracle, to the bit.
//
//   kernels_test           prints a line a test, a digest of results for each implementation, and
//                          `N passed, M failed` as its last line; fails when a test does
//
// Digests are one number on every machine: CI compares them between x86-64 and AArch64.
#include <cinttypes>
#include <cstdio>
#include <string>

#include "cases.h"
#include "check.h"
#include "runtime/tables.h"
#include "tests.h"

namespace adamax::test {
namespace {

void test_table(const KernelTable& table) {
  report().test(std::string(table.isa) + " has the rules of the oracle, in its order", [&] {
    constexpr std::size_t kCount = sizeof oracle::kRules / sizeof *oracle::kRules;
    report().expect(table.rule_count == kCount, "%zu rules, of which the oracle knows %zu", table.rule_count, kCount);
    for (std::size_t i = 0; i < table.rule_count && i < kCount; ++i) {
      const RuleKernels& kernels = table.rules[i];
      const oracle::Rule& rule = oracle::kRules[i];
      const bool same_rule = oracle::find(kernels.name) == &rule;
      report().expect(same_rule && kernels.slots == rule.slots && kernels.scalars == rule.scalars,
                      "rule %zu is %s (%d slots, %d scalars), want %s (%d, %d)", i, kernels.name, kernels.slots,
                      kernels.scalars, rule.name, rule.slots, rule.scalars);
    }
  });
  for (std::size_t i = 0; i < table.rule_count; ++i) {
    const oracle::Rule* rule = oracle::find(table.rules[i].name);
    if (rule == nullptr) continue;
    for (SlotFormat format : kAllFormats) {
      test_dense(table.isa, table.rules[i], *rule, format);
      test_rows(table.isa, table.rules[i], *rule, format);
    }
  }
  test_sum_squares(table);
  test_digest_blocks(table);
  test_plan(table);
  test_page_guard(table);
}

// A machine that cannot run a table leaves it untested: that is worth a line.
void print_untested() {
#if defined(__x86_64__) || defined(_M_X64)
  for (const char* isa : {"avx2", "avx512"}) {
    if (tables().find(isa) == nullptr) std::printf("skipped: %s, which this processor does not have\n", isa);
  }
#endif
}

int run() {
  Report::catch_faults();
  std::printf("seed %" PRIx64 "\n", kSeed);
  print_untested();
  test_row_index();
  test_index_pool();
  test_bfloat16();
  const Tables& available = tables();
  const std::uint64_t want = digest_of_oracle();
  for (int i = 0; i < available.count; ++i) {
    const KernelTable& table = *available.available[i];
    test_table(table);
    const std::uint64_t got = digest_of(table);
    std::printf("digest %s %016" PRIx64 "\n", table.isa, got);
    report().test(std::string(table.isa) + " digest",
                  [&] { report().expect(got == want, "is %016" PRIx64 ", want %016" PRIx64, got, want); });
  }
  std::printf("digest oracle %016" PRIx64 "\n", want);
  return report().finish();
}

}  // namespace
}  // namespace adamax::test

int main() { return adamax::test::run(); }
