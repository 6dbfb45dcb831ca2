// Steps on several threads: whatever their number, each variable has the bits of the oracle. Its own program, so that
// ThreadSanitizer has nothing else to follow.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "arrays.h"
#include "cases.h"
#include "check.h"
#include "oracle.h"
#include "runtime/plan.h"
#include "runtime/pool.h"
#include "runtime/tables.h"
#include "scalars.h"

namespace adamax::test {
namespace {

constexpr std::size_t kRowLength = 24;
constexpr std::size_t kTableRows = 5000;

// Elements of dense variables: on both sides of where one is cut, and small ones that share a part. 0 is the table.
constexpr std::size_t kSizes[] = {7, 65535, 65536, 65537, 300, 40000, 0, 200001, 1};

struct Variable {
  std::vector<float> param, gradient;
  std::vector<SlotArray> slot;
  std::vector<std::int64_t> indices;
  bool sparse;
  double own_norm;

  Variable(std::size_t size, int slots, SlotFormat format, Random& random) : sparse(size == 0) {
    const std::size_t length = sparse ? kTableRows * kRowLength : size;
    draw_into(&param, length, random);
    for (int k = 0; k < slots; ++k) {
      slot.emplace_back(format, length, 0);
      fill(&slot.back(), Inputs::kOrdinary, random);
    }
    if (sparse) {
      for (int i = 0; i < 2000; ++i) indices.push_back(static_cast<std::int64_t>(random.below(kTableRows)));
    }
    draw_into(&gradient, sparse ? indices.size() * kRowLength : length, random);
    own_norm = std::sqrt(oracle::sum_squares(gradient.data(), gradient.size()));
  }

  static void draw_into(std::vector<float>* to, std::size_t length, Random& random) {
    to->resize(length);
    fill(to->data(), length, Inputs::kOrdinary, random);
  }

  void bind(PlanEntry* entry) {
    entry->dense.param = entry->dense.out = param.data();
    for (std::size_t k = 0; k < slot.size(); ++k) entry->dense.slot[k] = slot[k].data();
    entry->dense.grad = gradient.data();
    entry->dense.length = param.size();
    entry->row_length = kRowLength;
    entry->kind = sparse ? GradientKind::kRows : GradientKind::kDense;
    entry->indices = {indices.data(), Indices::Kind::kInt64, indices.size()};
  }

  void step_by_oracle(const oracle::Rule& rule, SlotFormat format, const Scalars& scalars, const Clipping& clipping,
                      double norm, const Stretch& stretch = {}) {
    const float factor = norm <= clipping.norm ? 1.0f : static_cast<float>(clipping.norm / norm);
    oracle::Slot slots[kMaxSlots];
    for (int k = 0; k < rule.slots; ++k) slots[k] = {slot[k].data(), format == SlotFormat::kBfloat16};
    if (sparse) {
      oracle::step_rows(rule, param.data(), slots, kRowLength, gradient.data(), indices, scalars, factor,
                        clipping.value);
      return;
    }
    for (std::size_t i = stretch.begin; i < std::min(stretch.end, param.size()); ++i) {
      float state[kMaxSlots];
      for (int k = 0; k < rule.slots; ++k) state[k] = slots[k].get(i);
      rule.element(&param[i], state, oracle::clipped(gradient[i], factor, clipping.value), scalars.of_rule);
      for (int k = 0; k < rule.slots; ++k) slots[k].set(i, state[k], scalars.dither);
    }
  }
};

std::vector<Variable> variables(int slots, SlotFormat format) {
  Random random(kSeed);
  std::vector<Variable> all;
  for (std::size_t size : kSizes) all.emplace_back(size, slots, format, random);
  return all;
}

void expect_equal(const std::vector<Variable>& got, const std::vector<Variable>& want) {
  for (std::size_t i = 0; i < got.size(); ++i) {
    const std::size_t length = got[i].param.size();
    std::size_t at = first_difference(got[i].param.data(), want[i].param.data(), length);
    report().expect(at == length, "parameter %zu of variable %zu differs", at, i);
    for (std::size_t k = 0; k < got[i].slot.size(); ++k) {
      at = first_difference(got[i].slot[k], want[i].slot[k]);
      report().expect(at == length, "slot %zu of element %zu of variable %zu differs", k, at, i);
    }
  }
}

// Two clipped steps, then two that are not: what was set for the first must not stay.
constexpr Clipping kClippings[] = {{3, 0.5f}, {200, INFINITY}, {INFINITY, INFINITY}, {INFINITY, 0.25f}};
constexpr std::size_t kClippingCount = sizeof kClippings / sizeof *kClippings;

// What every table is to make of the same variables on any number of threads.
struct Expected {
  std::vector<Variable> start;
  // After each step of `run`, and of `run_apart`.
  std::vector<std::vector<Variable>> by_one_set, apart;

  Expected(const oracle::Rule& rule, SlotFormat format) : start(variables(rule.slots, format)) {
    std::vector<Variable> state = start;
    for (std::size_t step = 0; step < kClippingCount; ++step) {
      for (Variable& v : state) v.step_by_oracle(rule, format, scalars_of(step), kClippings[step], v.own_norm);
      by_one_set.push_back(state);
    }
    state = start;
    for (std::size_t step = 0; step + 1 < kClippingCount; ++step) {
      for (std::size_t i = 0; i < state.size(); ++i) {
        const std::size_t set = step + i % 2;
        state[i].step_by_oracle(rule, format, scalars_of(set), kClippings[set], norm_apart(i));
      }
      apart.push_back(state);
    }
  }

  // In `run_apart`, every third variable is told twice its norm.
  static bool has_norm(std::size_t i) { return i % 3 == 0; }
  double norm_apart(std::size_t i) const { return (has_norm(i) ? 2 : 1) * start[i].own_norm; }
};

void run(const KernelTable& table, std::size_t rule_number, SlotFormat format, std::size_t threads,
         const Expected& expected) {
  const std::vector<std::vector<Variable>>& want = expected.by_one_set;
  std::vector<Variable> got = expected.start;
  IndexPool pool;
  Plan plan(pool, rule_number, format);
  for (std::size_t i = 0; i < got.size(); ++i) {
    PlanEntry* entry = plan.entry(i);
    if (!report().expect(entry != nullptr, "no entry %zu", i)) return;
    got[i].bind(entry);
  }
  for (std::size_t step = 0; step < want.size(); ++step) {
    set_scalars(plan, scalars_of(step), kClippings[step]);
    // Whether gradients must be finite decides no bit, clipped or not.
    plan.require_finite(step % 2 == 1);
    report().expect(plan.prepare(0, got.size(), table, threads).good(), "cannot prepare step %zu", step);
    plan.run(table, threads);
    plan.finish();
    expect_equal(got, want[step]);
  }
  // The last element of each gradient, found on any thread.
  plan.require_finite(true);
  for (std::size_t i = 0; i < got.size(); ++i) {
    float& last = got[i].gradient.back();
    const float good = last;
    last = i % 2 == 0 ? NAN : -INFINITY;
    set_scalars(plan, scalars_of(0), kClippings[i % kClippingCount]);
    const Outcome outcome = plan.prepare(0, got.size(), table, threads);
    plan.finish();
    report().expect(outcome.kind == Outcome::Kind::kNonFinite && outcome.entry == i, "outcome %d at %u, want %zu",
                    static_cast<int>(outcome.kind), outcome.entry, i);
    last = good;
  }
  expect_equal(got, want.back());
}

// Two sets of scalars, variables stepped out of place, norms from outside, and a step in three ranges.
void run_apart(const KernelTable& table, std::size_t rule_number, SlotFormat format, std::size_t threads,
               const Expected& expected) {
  std::vector<Variable> got = expected.start;
  std::vector<std::vector<float>> out(got.size());
  IndexPool pool;
  Plan plan(pool, rule_number, format);
  for (std::size_t i = 0; i < got.size(); ++i) {
    PlanEntry* entry = plan.entry(i);
    if (!report().expect(entry != nullptr, "no entry %zu", i)) return;
    got[i].bind(entry);
    entry->set = static_cast<std::uint32_t>(i % 2);
    entry->has_norm = Expected::has_norm(i);
    entry->norm = expected.norm_apart(i);
    if (got[i].sparse || i % 2 == 0) continue;
    out[i].resize(got[i].param.size());
    entry->dense.out = out[i].data();
  }
  for (std::size_t step = 0; step < expected.apart.size(); ++step) {
    ScalarSet* const sets = plan.sets(2);
    for (std::size_t s = 0; s < 2; ++s) {
      sets[s].clipping = kClippings[step + s];
      sets[s].scalars = scalars_of(step + s);
    }
    const std::size_t borders[] = {0, 2, 2 + step, got.size()};
    for (std::size_t r = 0; r < 3; ++r) {
      plan.require_finite(r != step);
      const Outcome outcome = plan.prepare(borders[r], borders[r + 1] - borders[r], table, threads);
      report().expect(outcome.good(), "cannot prepare range %zu", r);
      plan.run(table, threads);
      plan.finish();
    }
    for (std::size_t i = 0; i < got.size(); ++i) {
      if (out[i].empty()) continue;
      const std::vector<float>& before = (step == 0 ? expected.start : expected.apart[step - 1])[i].param;
      const std::size_t untouched = first_difference(got[i].param.data(), before.data(), before.size());
      report().expect(untouched == before.size(), "element %zu of variable %zu was written in place", untouched, i);
      got[i].param = out[i];
      got[i].bind(plan.entry(i));
      plan.entry(i)->dense.out = out[i].data();
    }
    expect_equal(got, expected.apart[step]);
  }
}

// Stretches of up to two pieces that make up a variable, the last one first, and some without an element.
std::vector<Stretch> stretches_of(std::size_t size) {
  std::vector<Stretch> all{{0, 0}};
  for (std::size_t begin = 0; begin < size; begin += 2 * kPiece) {
    all.push_back({begin, begin});
    all.push_back({begin, std::min(begin + 2 * kPiece, size)});
  }
  std::reverse(all.begin(), all.end());
  return all;
}

// Each variable by itself, stretch by stretch. Outside of a stretch its gradient is NaN, which nobody is to see though
// it must be finite, and so it is everywhere where the stretch has a gradient of its own; clipped by the norm of the
// stretch, or by one from outside.
void run_stretches(const KernelTable& table, std::size_t rule_number, const oracle::Rule& rule, SlotFormat format,
                   std::size_t threads, const Expected& expected) {
  std::vector<Variable> got = expected.start;
  std::vector<Variable> want = got;
  IndexPool pool;
  Plan plan(pool, rule_number, format);
  for (std::size_t i = 0; i < got.size(); ++i) {
    PlanEntry* entry = plan.entry(i);
    if (!report().expect(entry != nullptr, "no entry %zu", i)) return;
    got[i].bind(entry);
  }
  const auto step = [&](std::size_t first, std::size_t count) {
    report().expect(plan.prepare(first, count, table, threads).good(), "cannot prepare from %zu on", first);
    plan.run(table, threads);
    plan.finish();
  };
  plan.require_finite(true);
  for (std::size_t number = 0; number < kClippingCount; ++number) {
    const Clipping& clipping = kClippings[number];
    set_scalars(plan, scalars_of(number), clipping);
    for (std::size_t i = 0; i < got.size(); ++i) {
      if (got[i].sparse) continue;
      const std::vector<float> gradient = got[i].gradient;
      PlanEntry& entry = plan.entry_to_move(i);
      entry.has_norm = (number + i) % 2 == 0;
      entry.norm = 2 * got[i].own_norm;
      for (const Stretch& stretch : stretches_of(gradient.size())) {
        const auto begin = gradient.begin() + static_cast<std::ptrdiff_t>(stretch.begin);
        const auto end = gradient.begin() + static_cast<std::ptrdiff_t>(stretch.end);
        std::vector<float> own;
        const bool has_own = number % 2 == 1;
        std::fill(got[i].gradient.begin(), got[i].gradient.end(), NAN);
        if (has_own) {
          own.assign(begin, end);
        } else {
          std::copy(begin, end, got[i].gradient.begin() + static_cast<std::ptrdiff_t>(stretch.begin));
        }
        plan.set_stretch(i, {stretch.begin, stretch.end, own.data()});
        step(i, 1);
        const std::size_t length = stretch.end - stretch.begin;
        const double norm = entry.has_norm ? entry.norm
                            : length == 0  ? 0
                                           : std::sqrt(oracle::sum_squares(&gradient[stretch.begin], length));
        want[i].step_by_oracle(rule, format, scalars_of(number), clipping, norm, stretch);
        expect_equal(got, want);
        if (length == 0) continue;
        float& last = has_own ? own.back() : got[i].gradient[stretch.end - 1];
        last = INFINITY;
        const Outcome outcome = plan.prepare(i, 1, table, threads);
        plan.finish();
        report().expect(outcome.kind == Outcome::Kind::kNonFinite && outcome.entry == i, "outcome %d at %u, want %zu",
                        static_cast<int>(outcome.kind), outcome.entry, i);
      }
      got[i].gradient = gradient;
      got[i].bind(plan.entry(i));
    }
  }

  // The second piece of each variable that has one, in one step, by gradients that moved after they were listed.
  plan.require_finite(false);
  set_scalars(plan, scalars_of(0));
  std::vector<Stretch> second(got.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (got[i].sparse) continue;
    const std::size_t size = got[i].param.size();
    second[i] = size < kPiece ? Stretch{0, 0} : Stretch{kPiece, std::min(2 * kPiece, size)};
    plan.set_stretch(i, second[i]);
  }
  step(0, got.size());
  std::vector<std::vector<float>> moved;
  for (std::size_t i = 0; i < got.size(); ++i) {
    moved.push_back(got[i].gradient);
    if (got[i].sparse) continue;
    std::fill(got[i].gradient.begin(), got[i].gradient.end(), NAN);
    plan.entry_to_move(i).dense.grad = moved[i].data();
    plan.move(i);
  }
  step(0, got.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    for (int twice = 0; twice < 2; ++twice) {
      want[i].step_by_oracle(rule, format, scalars_of(0), {}, 0, second[i]);
    }
  }
  expect_equal(got, want);

  // Likewise by gradients that came with the same stretches, after those were listed.
  std::vector<std::vector<float>> own(got.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (got[i].sparse || second[i].end == 0) continue;
    own[i].assign(second[i].end - second[i].begin, static_cast<float>(i) - 3.5f);
    plan.set_stretch(i, {second[i].begin, second[i].end, own[i].data()});
  }
  step(0, got.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    const std::vector<float> gradient = want[i].gradient;
    std::copy(own[i].begin(), own[i].end(), want[i].gradient.begin() + static_cast<std::ptrdiff_t>(second[i].begin));
    want[i].step_by_oracle(rule, format, scalars_of(0), {}, 0, second[i]);
    want[i].gradient = gradient;
  }
  expect_equal(got, want);

  // And whole again.
  for (std::size_t i = 0; i < got.size(); ++i) {
    plan.set_stretch(i, {});
    want[i].step_by_oracle(rule, format, scalars_of(0), {}, 0);
  }
  step(0, got.size());
  expect_equal(got, want);
}

void run_rule(const char* name, SlotFormat format) {
  const oracle::Rule& rule = *oracle::find(name);
  const Expected expected(rule, format);
  for (int t = 0; t < tables().count; ++t) {
    const KernelTable& table = *tables().available[t];
    std::size_t number = 0;
    while (std::string(table.rules[number].name) != name) ++number;
    for (std::size_t threads : {1, 2, 3, 8}) {
      report().test(
          std::string(table.isa) + " " + name + " " + name_of(format) + " on " + std::to_string(threads) + " threads",
          [&] { run(table, number, format, threads, expected); });
      report().test(std::string(table.isa) + " " + name + " " + name_of(format) + " out of place, by sets, on " +
                        std::to_string(threads) + " threads",
                    [&] { run_apart(table, number, format, threads, expected); });
      report().test(std::string(table.isa) + " " + name + " " + name_of(format) + " in stretches, on " +
                        std::to_string(threads) + " threads",
                    [&] { run_stretches(table, number, rule, format, threads, expected); });
    }
  }
}

int run_all() {
  Report::catch_faults();
  retain_pool();
  for (SlotFormat format : kAllFormats) {
    run_rule("adamax", format);
    run_rule("rmsprop-centered-momentum", format);
  }
  release_pool();
  return report().finish();
}

}  // namespace
}  // namespace adamax::test

int main() { return adamax::test::run_all(); }
