// Dense sweeps against the oracle: every length, start and kind of number, several steps in a row.
#include <cmath>
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

constexpr std::size_t kSteps = 4;

// Everything one step reads and writes, each array at another offset.
struct Arrays {
  GuardedArray param, out, grad;
  std::vector<SlotArray> slot;

  Arrays(std::size_t length, std::size_t offset, int slots, SlotFormat format)
      : param(length, offset), out(length, (offset + 5) % kOffsets), grad(length, (offset + 12) % kOffsets) {
    for (int k = 0; k < slots; ++k)
      slot.emplace_back(format, length, (offset + 3 + 4 * static_cast<std::size_t>(k)) % kOffsets);
  }

  Dense dense() {
    Dense d{};
    d.param = param.data();
    for (std::size_t k = 0; k < slot.size(); ++k) d.slot[k] = slot[k].data();
    d.grad = grad.data();
    d.out = out.data();
    d.length = param.length();
    return d;
  }

  void fill_state(Inputs inputs, Random& random) {
    fill(param.data(), param.length(), inputs, random);
    for (SlotArray& s : slot) fill(&s, inputs, random);
  }

  bool guards_intact() const {
    bool intact = param.guards_intact() && out.guards_intact() && grad.guards_intact();
    for (const SlotArray& s : slot) intact = intact && s.guards_intact();
    return intact;
  }
};

void copy(GuardedArray* to, const GuardedArray& from) {
  if (from.length() > 0) std::memcpy(to->data(), from.data(), from.length() * sizeof(float));
}

void copy(SlotArray* to, const SlotArray& from) {
  if (from.length() > 0) std::memcpy(to->data(), from.data(), from.bytes());
}

struct Case {
  const char* inputs;
  std::size_t length, offset, step;
};

void expect_same(const char* array, const GuardedArray& got, const GuardedArray& want, const Case& c) {
  const std::size_t i = first_difference(got.data(), want.data(), want.length());
  if (i == want.length()) {
    report().pass();
    return;
  }
  report().expect(false, "%s[%zu] is %a (%08x), want %a (%08x); %s, length %zu, offset %zu, step %zu", array, i,
                  got.data()[i], bits_of(got.data()[i]), want.data()[i], bits_of(want.data()[i]), c.inputs, c.length,
                  c.offset, c.step);
}

void expect_same(const char* array, const SlotArray& got, const SlotArray& want, const Case& c) {
  const std::size_t i = first_difference(got, want);
  if (i == want.length()) {
    report().pass();
    return;
  }
  report().expect(false, "%s[%zu] is %a, want %a; %s, length %zu, offset %zu, step %zu", array, i, got[i], want[i],
                  c.inputs, c.length, c.offset, c.step);
}

void expect_same_state(const Arrays& got, const Arrays& want, const Case& c) {
  static const char* const kSlotNames[] = {"slot 0", "slot 1", "slot 2"};
  expect_same("param", got.param, want.param, c);
  for (std::size_t k = 0; k < want.slot.size(); ++k) expect_same(kSlotNames[k], got.slot[k], want.slot[k], c);
  expect_same("grad", got.grad, want.grad, c);
  report().expect(got.guards_intact(), "wrote outside an array; %s, length %zu, offset %zu, step %zu", c.inputs,
                  c.length, c.offset, c.step);
}

enum class Form { kInPlace, kOutOfPlace };

class Pair {
 public:
  Pair(const RuleKernels& kernels, const oracle::Rule& rule, SlotFormat format)
      : format_(format), kernels_(kernels, format), oracle_(rule, format) {}

  // Every offset with float32 slots; with bfloat16 ones, which share all but loads and stores, every fifth.
  std::size_t offset_step() const { return format_ == SlotFormat::kFloat32 ? 1 : 5; }

  // Several steps of both, compared after each. Scalars begin at another place of their list for each case.
  void run(Form form, Inputs inputs, std::size_t length, std::size_t offset, std::size_t steps = kSteps) {
    Random random(kSeed + length * kOffsets + offset);
    Arrays got(length, offset, oracle_.slots(), format_);
    Arrays want(length, (offset + 1) % kOffsets, oracle_.slots(), format_);
    want.fill_state(inputs, random);
    copy(&got.param, want.param);
    for (int k = 0; k < oracle_.slots(); ++k) copy(&got.slot[k], want.slot[k]);
    for (std::size_t step = 0; step < steps; ++step) {
      fill(want.grad.data(), length, inputs, random);
      copy(&got.grad, want.grad);
      const Scalars& scalars = scalars_of(length + offset + step);
      const Case c{name_of(inputs), length, offset, step};
      Dense got_arrays = got.dense();
      Dense want_arrays = want.dense();
      got_arrays.clip = want_arrays.clip = clip_at(length + offset + step);
      if (form == Form::kInPlace) {
        kernels_.dense(got_arrays, scalars);
        oracle_.dense(want_arrays, scalars);
        expect_same_state(got, want, c);
      } else {
        kernels_.dense_out(got_arrays, scalars);
        oracle_.dense_out(want_arrays, scalars);
        expect_same_state(got, want, c);
        expect_same("out", got.out, want.out, c);
        copy(&got.param, got.out);
        copy(&want.param, want.out);
      }
    }
  }

  // Moments that decay under zero gradients until the flush takes them, and stay +0 after it.
  void run_decay() {
    constexpr std::size_t kLength = 133;
    Random random(kSeed);
    Arrays got(kLength, 3, oracle_.slots(), format_);
    Arrays want(kLength, 0, oracle_.slots(), format_);
    want.fill_state(Inputs::kOrdinary, random);
    fill(want.grad.data(), kLength, Inputs::kOrdinary, random);
    copy(&got.param, want.param);
    for (int k = 0; k < oracle_.slots(); ++k) copy(&got.slot[k], want.slot[k]);
    for (std::size_t step = 0; step < 120; ++step) {
      copy(&got.grad, want.grad);
      kernels_.dense(got.dense(), kFastDecay);
      oracle_.dense(want.dense(), kFastDecay);
      expect_same_state(got, want, {"decay", kLength, 3, step});
      for (std::size_t i = 0; i < kLength; ++i) want.grad.data()[i] = i % 2 == 0 ? 0.0f : -0.0f;
    }
  }

 private:
  SlotFormat format_;
  KernelSubject kernels_;
  OracleSubject oracle_;
};

// Whatever a slot held, what a step stores is +0, or at least 2^-102 in magnitude, or NaN.
void run_flush(const RuleKernels& kernels, SlotFormat format) {
  constexpr std::size_t kLength = 2 * kAlignedLength + 21;
  KernelSubject subject(kernels, format);
  for (Inputs inputs : kAllInputs) {
    Random random(kSeed);
    Arrays arrays(kLength, 1, kernels.slots, format);
    arrays.fill_state(inputs, random);
    fill(arrays.grad.data(), kLength, inputs, random);
    subject.dense(arrays.dense(), kFastDecay);
    for (const SlotArray& slot : arrays.slot) {
      for (std::size_t i = 0; i < kLength; ++i) {
        const bool stays = slot[i] == 0 ? !std::signbit(slot[i]) : !(std::fabs(slot[i]) < 0x1p-102f);
        report().expect(stays, "%s: element %zu of a slot is %a", name_of(inputs), i, slot[i]);
      }
    }
  }
}

void run_all(Form form, Pair pair) {
  for (Inputs inputs : kAllInputs) {
    for (std::size_t offset = 0; offset < kOffsets; offset += pair.offset_step()) {
      for (std::size_t length = 0; length < kShortLengths; ++length) pair.run(form, inputs, length, offset);
    }
    for (std::size_t length : kLongLengths) {
      for (std::size_t offset : {0, 7}) pair.run(form, inputs, length, offset);
    }
  }
  for (std::size_t offset = 0; offset < kOffsets; offset += pair.offset_step()) {
    for (std::size_t tail = 0; tail < kAlignedTails; ++tail) {
      pair.run(form, Inputs::kSpecial, kAlignedLength + tail, offset, 1);
    }
  }
}

// A sweep in two parts gives the bits of the whole, wherever it is cut.
void run_split(const RuleKernels& kernels, SlotFormat format, Inputs inputs, std::size_t length, std::size_t cut) {
  KernelSubject subject(kernels, format);
  Random random(kSeed + cut);
  Arrays whole(length, 0, kernels.slots, format), parts(length, 9, kernels.slots, format);
  whole.fill_state(inputs, random);
  fill(whole.grad.data(), length, inputs, random);
  copy(&parts.param, whole.param);
  copy(&parts.grad, whole.grad);
  for (int k = 0; k < kernels.slots; ++k) copy(&parts.slot[k], whole.slot[k]);
  const Scalars& scalars = scalars_of(cut);
  subject.dense(whole.dense(), scalars);
  Dense left = parts.dense();
  Dense right = left;
  left.length = cut;
  right.length -= cut;
  right.param += cut;
  right.grad += cut;
  for (int k = 0; k < kernels.slots; ++k) right.slot[k] = slot_at(right.slot[k], format, cut);
  subject.dense(right, scalars);
  subject.dense(left, scalars);
  expect_same_state(parts, whole, {name_of(inputs), length, cut, 0});
}

void run_splits(const RuleKernels& kernels, SlotFormat format) {
  for (Inputs inputs : kAllInputs) {
    for (std::size_t cut = 0; cut <= 83; ++cut) run_split(kernels, format, inputs, 83, cut);
    for (std::size_t cut = 0; cut <= 35; ++cut)
      run_split(kernels, format, inputs, 2 * kAlignedLength, kAlignedLength - cut);
  }
}

}  // namespace

void test_dense(const char* isa, const RuleKernels& kernels, const oracle::Rule& rule, SlotFormat format) {
  const std::string name = std::string(isa) + " " + kernels.name + " " + name_of(format);
  const Pair pair(kernels, rule, format);
  report().test(name + " dense, in place", [&] { run_all(Form::kInPlace, pair); });
  report().test(name + " dense, out of place", [&] { run_all(Form::kOutOfPlace, pair); });
  report().test(name + " dense, moments decaying through the flush", [&] { Pair(pair).run_decay(); });
  if (kernels.slots > 0 && kernels.scalars > 0) {  // the traffic rule is none
    report().test(name + " dense, no tiny moment stored", [&] { run_flush(kernels, format); });
  }
  report().test(name + " dense, in two parts", [&] { run_splits(kernels, format); });
  report().test(name + " dense, nothing", [&] {
    const Dense nothing{};
    kernels.over(format).dense(&nothing, 1, scalars_of(0));
    kernels.over(format).dense(&nothing, 1, scalars_of(0));
    report().pass();
  });
}

}  // namespace adamax::test
