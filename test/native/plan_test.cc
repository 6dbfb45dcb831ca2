// Plans: all entries of a step or none, whatever is wrong with one of them.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "arrays.h"
#include "cases.h"
#include "check.h"
#include "runtime/plan.h"
#include "scalars.h"
#include "subject.h"
#include "tests.h"

namespace adamax::test {
namespace {

constexpr std::size_t kRowLength = 7;
constexpr std::size_t kTableRows = 11;
constexpr std::size_t kLength = kRowLength * kTableRows;
constexpr std::size_t kEntries = 40;  // more than a plan makes room for at first

constexpr float kLargest = 3.4028234663852886e38f;
constexpr float kLeast = 0x1p-149f;

// One variable with its gradient; every other one is sparse.
struct Variable {
  std::vector<float> param, values;
  std::vector<SlotArray> slot;
  std::vector<std::int64_t> indices;

  Variable(Random& random, bool sparse, int slots, SlotFormat format) : param(kLength), values(kLength) {
    fill(param.data(), kLength, Inputs::kOrdinary, random);
    for (int k = 0; k < slots; ++k) {
      slot.emplace_back(format, kLength, 0);
      fill(&slot.back(), Inputs::kOrdinary, random);
    }
    fill(values.data(), kLength, Inputs::kOrdinary, random);
    if (!sparse) return;
    for (std::size_t i = 0; i < kTableRows; ++i) indices.push_back(static_cast<std::int64_t>(random.below(kTableRows)));
  }

  bool sparse() const { return !indices.empty(); }
};

void bind(PlanEntry* entry, Variable& v) {
  entry->dense.param = v.param.data();
  for (std::size_t k = 0; k < v.slot.size(); ++k) entry->dense.slot[k] = v.slot[k].data();
  entry->dense.grad = v.values.data();
  entry->dense.out = v.param.data();
  entry->dense.length = kLength;
  entry->row_length = kRowLength;
  entry->kind = v.sparse() ? GradientKind::kRows : GradientKind::kDense;
  entry->indices = {v.indices.data(), Indices::Kind::kInt64, v.indices.size()};
}

bool equal(const Variable& a, const Variable& b) {
  bool all = first_difference(a.param.data(), b.param.data(), kLength) == kLength;
  for (std::size_t k = 0; k < a.slot.size(); ++k) all = all && first_difference(a.slot[k], b.slot[k]) == kLength;
  return all;
}

void step(OracleSubject& subject, Variable& v, const Scalars& scalars) {
  if (v.sparse()) {
    SparseStep s{v.param.data(), {}, v.values.data(), kLength, kRowLength, v.indices};
    for (int k = 0; k < subject.slots(); ++k) s.slot[k] = v.slot[k].data();
    subject.rows(s, scalars);
  } else {
    PlanEntry entry{};
    bind(&entry, v);
    subject.dense(entry.dense, scalars);
  }
}

void run(const KernelTable& table, std::size_t rule_number, const oracle::Rule& rule, SlotFormat format) {
  OracleSubject subject(rule, format);
  Random random(kSeed);
  std::vector<Variable> got;
  for (std::size_t i = 0; i < kEntries; ++i) got.emplace_back(random, i % 2 == 1, rule.slots, format);
  std::vector<Variable> want = got;
  IndexPool pool;
  Plan plan(pool, rule_number, format);
  report().expect(plan.entry(1) == nullptr, "gave entry 1 of an empty plan");
  for (std::size_t i = 0; i < kEntries; ++i) {
    PlanEntry* entry = plan.entry(i);
    if (!report().expect(entry != nullptr, "no entry %zu", i)) return;
    bind(entry, got[i]);
  }
  report().expect(plan.size() == kEntries, "size %zu", plan.size());

  // Fewer entries than there are, too: a step may leave out variables at the end.
  for (std::size_t count : {kEntries, kEntries, std::size_t{3}, std::size_t{0}}) {
    const Scalars& scalars = scalars_of(count);
    set_scalars(plan, scalars);
    report().expect(plan.prepare(0, count, table, 1).good(), "cannot prepare %zu entries", count);
    plan.run(table, 1);
    plan.finish();
    for (std::size_t i = 0; i < count; ++i) step(subject, want[i], scalars);
    for (std::size_t i = 0; i < kEntries; ++i) {
      report().expect(equal(got[i], want[i]), "variable %zu differs, of %zu in the step", i, count);
    }
  }

  // Every step by finite gradients is taken; by others none is, and the first entry at fault is named.
  plan.require_finite(true);
  for (const float good : {kLargest, -kLargest, kLeast}) {
    for (std::size_t i = 0; i < kEntries; ++i) got[i].values[i] = want[i].values[i] = good;
    const Scalars& scalars = scalars_of(0);
    set_scalars(plan, scalars);
    report().expect(plan.prepare(0, kEntries, table, 1).good(), "cannot step by %g", double{good});
    plan.run(table, 1);
    plan.finish();
    for (std::size_t i = 0; i < kEntries; ++i) step(subject, want[i], scalars);
    for (std::size_t i = 0; i < kEntries; ++i) report().expect(equal(got[i], want[i]), "variable %zu differs", i);
  }
  for (const float bad : {NAN, INFINITY, -INFINITY}) {
    for (std::size_t first : {std::size_t{0}, std::size_t{2}}) {
      for (std::size_t at : {std::size_t{2}, std::size_t{3}, kEntries - 1}) {
        for (std::size_t element : {std::size_t{0}, std::size_t{30}, kLength - 1}) {
          const float good = got[at].values[element];
          got[at].values[element] = bad;
          const Outcome outcome = plan.prepare(first, kEntries - first, table, 1);
          plan.finish();
          report().expect(outcome.kind == Outcome::Kind::kNonFinite && outcome.entry == at,
                          "outcome %d at entry %u, want a gradient that is not finite at %zu",
                          static_cast<int>(outcome.kind), outcome.entry, at);
          got[at].values[element] = good;
        }
      }
    }
  }
  for (std::size_t i = 0; i < kEntries; ++i) {
    report().expect(equal(got[i], want[i]), "variable %zu was written before a gradient was found not finite", i);
  }

  for (const std::int64_t bad : {std::int64_t{-1}, std::int64_t{kTableRows}, std::int64_t{1} << 32}) {
    for (std::size_t at : {std::size_t{1}, kEntries - 1}) {
      const std::int64_t good = got[at].indices[4];
      got[at].indices[4] = bad;
      const Outcome outcome = plan.prepare(0, kEntries, table, 1);
      plan.finish();
      report().expect(outcome.kind == Outcome::Kind::kBadIndex && outcome.entry == at && outcome.position == 4,
                      "outcome %d at %u of %u, want a bad index at 4 of %zu", static_cast<int>(outcome.kind),
                      outcome.position, outcome.entry, at);
      got[at].indices[4] = good;
      for (std::size_t i = 0; i < kEntries; ++i) {
        report().expect(equal(got[i], want[i]), "variable %zu was written before a bad index was found", i);
      }
    }
  }
}

}  // namespace

void test_plan(const KernelTable& table) {
  for (std::size_t i = 0; i < table.rule_count; ++i) {
    const oracle::Rule* rule = oracle::find(table.rules[i].name);
    if (rule == nullptr) continue;  // main() has complained
    for (SlotFormat format : kAllFormats) {
      report().test(
          std::string(table.isa) + " " + rule->name + " " + name_of(format) + " plan, dense and sparse entries",
          [&] { run(table, i, *rule, format); });
    }
  }
  report().test("numbers beyond the range of float", [] {
    constexpr float kLargest = std::numeric_limits<float>::max();
    report().expect(to_float(0x1.fffffep127) == kLargest && to_float(0x1.fffffefffffffp127) == kLargest &&
                        to_float(-0x1.fffffefffffffp127) == -kLargest,
                    "what rounds to the largest float");
    report().expect(to_float(0x1.ffffffp127) == INFINITY && to_float(1e300) == INFINITY &&
                        to_float(-1e300) == -INFINITY && to_float(INFINITY) == INFINITY,
                    "what rounds to infinity");
    report().expect(std::isnan(to_float(NAN)) && to_float(0.1) == 0.1f, "NaN, and a number within the range");
  });
}

}  // namespace adamax::test
