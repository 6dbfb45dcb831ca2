#include <cstring>
#include <functional>
#include <vector>

#include "arrays.h"
#include "cases.h"
#include "runtime/sum_squares.h"
#include "subject.h"
#include "tests.h"

namespace adamax::test {
namespace {

// FNV-1a, 64 bits, over numbers from their low byte up, whatever the machine's byte order.
class Digest {
 public:
  void add(float x) { add_bytes(x != x ? 0x7fc00000u : bits_of(x), 4); }
  void add(double x) { add_bytes(x != x ? 0x7ff8000000000000u : bits_of(x), 8); }
  void add(const std::vector<float>& numbers) {
    for (float x : numbers) add(x);
  }
  std::uint64_t value() const { return hash_; }

 private:
  void add_bytes(std::uint64_t bits, int bytes) {
    for (int i = 0; i < bytes; ++i) hash_ = (hash_ ^ ((bits >> (8 * i)) & 0xff)) * 0x100000001b3;
  }

  std::uint64_t hash_ = 0xcbf29ce484222325;
};

struct State {
  std::vector<float> param, out;
  std::vector<SlotArray> slot;

  State(std::size_t length, int slots, SlotFormat format, Inputs inputs, Random& random) : param(length), out(length) {
    fill(param.data(), length, inputs, random);
    for (int k = 0; k < slots; ++k) {
      slot.emplace_back(format, length, 0);
      fill(&slot.back(), inputs, random);
    }
  }

  void add_to(Digest* digest) const {
    digest->add(param);
    digest->add(out);
    for (const SlotArray& s : slot) {
      for (std::size_t i = 0; i < s.length(); ++i) digest->add(s[i]);
    }
  }
};

void add_dense(Subject& subject, SlotFormat format, Inputs inputs, std::size_t length, Digest* digest) {
  Random random(kSeed + length);
  State state(length, subject.slots(), format, inputs, random);
  std::vector<float> grad(length);
  for (std::size_t step = 0; step < 4; ++step) {
    fill(grad.data(), length, inputs, random);
    Dense d{};
    d.param = state.param.data();
    for (int k = 0; k < subject.slots(); ++k) d.slot[k] = state.slot[k].data();
    d.grad = grad.data();
    d.out = state.out.data();
    d.length = length;
    if (step % 2 == 0) {
      subject.dense(d, scalars_of(length + step));
    } else {
      subject.dense_out(d, scalars_of(length + step));
    }
    state.add_to(digest);
  }
}

void add_rows(Subject& subject, SlotFormat format, Inputs inputs, std::size_t row_length, Digest* digest) {
  constexpr std::size_t kTableRows = 19;
  Random random(kSeed + row_length);
  State state(kTableRows * row_length, subject.slots(), format, inputs, random);
  std::vector<std::int64_t> indices(30);
  std::vector<float> values(indices.size() * row_length);
  for (std::size_t step = 0; step < 3; ++step) {
    for (std::int64_t& index : indices) index = static_cast<std::int64_t>(random.below(kTableRows));
    fill(values.data(), values.size(), inputs, random);
    SparseStep s{state.param.data(), {}, values.data(), state.param.size(), row_length, indices};
    for (int k = 0; k < subject.slots(); ++k) s.slot[k] = state.slot[k].data();
    subject.rows(s, scalars_of(row_length + step));
    state.add_to(digest);
  }
}

void add_rule(Subject& subject, SlotFormat format, Digest* digest) {
  for (Inputs inputs : kAllInputs) {
    for (std::size_t length = 0; length < kShortLengths; ++length) add_dense(subject, format, inputs, length, digest);
    add_dense(subject, format, inputs, 1007, digest);
    add_dense(subject, format, inputs, 4099, digest);
    for (std::size_t row_length : {1, 7, 16, 33, 100}) add_rows(subject, format, inputs, row_length, digest);
  }
}

template <class Sum>
void add_sums(Sum sum_squares, Digest* digest) {
  for (Inputs inputs : kAllInputs) {
    for (std::size_t length : {0, 1, 15, 67, 4095, 4097, 12288, 30001}) {
      Random random(kSeed + length);
      std::vector<float> x(length);
      fill(x.data(), length, inputs, random);
      digest->add(sum_squares(x.data(), length));
    }
  }
}

}  // namespace

std::uint64_t digest_of(const KernelTable& table) {
  Digest digest;
  for (std::size_t i = 0; i < table.rule_count; ++i) {
    for (SlotFormat format : kAllFormats) {
      KernelSubject subject(table.rules[i], format);
      add_rule(subject, format, &digest);
    }
  }
  add_sums([&table](const float* x, std::size_t length) { return sum_squares(table, x, length); }, &digest);
  return digest.value();
}

std::uint64_t digest_of_oracle() {
  Digest digest;
  for (const oracle::Rule& rule : oracle::kRules) {
    for (SlotFormat format : kAllFormats) {
      OracleSubject subject(rule, format);
      add_rule(subject, format, &digest);
    }
  }
  add_sums(oracle::sum_squares, &digest);
  return digest.value();
}

}  // namespace adamax::test
