// Sums in the order of lib/distribute/collective/pairwise.ts.
#include <cstring>
#include <string>
#include <vector>

#include "cases.h"
#include "check.h"
#include "mpi/pairwise.h"
#include "mpi_tests.h"

namespace adamax::test {
namespace {

// The order, written out: what an element of parts a, b, c … is summed in.
constexpr const char* kOrders[] = {
    "a",
    "(ab)",
    "((ab)c)",
    "((ab)(cd))",
    "(((ab)(cd))e)",
    "(((ab)(cd))(ef))",
    "(((ab)(cd))((ef)g))",
    "(((ab)(cd))((ef)(gh)))",
    "((((ab)(cd))((ef)(gh)))i)",
};

// Reads one operand of an order, and moves *order behind it.
float sum_in_order(const char** order, const std::vector<const float*>& parts, std::size_t i) {
  const char symbol = *(*order)++;
  if (symbol != '(') return parts[static_cast<std::size_t>(symbol - 'a')][i];
  const float left = sum_in_order(order, parts, i);
  const float right = sum_in_order(order, parts, i);
  ++*order;  // the closing bracket
  return left + right;
}

std::vector<std::vector<float>> draw_parts(std::size_t count, std::size_t length) {
  Random random(kSeed + count);
  std::vector<std::vector<float>> parts(count, std::vector<float>(length));
  for (std::vector<float>& part : parts) fill(part.data(), length, Inputs::kOrdinary, random);
  return parts;
}

long wrong_floats(const std::vector<float>& got, const std::vector<float>& want) {
  long wrong = 0;
  for (std::size_t i = 0; i < got.size(); ++i) wrong += std::memcmp(&got[i], &want[i], sizeof(float)) != 0;
  return wrong;
}

void test_sums(std::size_t count, std::size_t length) {
  // The result may lie where one of the parts does: `count` stands for memory of its own.
  for (std::size_t target = 0; target <= count; ++target) {
    std::vector<std::vector<float>> parts = draw_parts(count + 1, length);
    std::vector<const float*> operands;
    for (std::size_t r = 0; r < count; ++r) operands.push_back(parts[r].data());
    const std::vector<float> want = pairwise(operands, length);
    add_pairwise(operands.data(), count, parts[target].data(), length);
    const long wrong = wrong_floats(parts[target], want);
    report().expect(wrong == 0, "%zu parts of %zu, to %zu: %ld are wrong", count, length, target, wrong);
  }
}

}  // namespace

std::vector<float> pairwise(const std::vector<const float*>& parts, std::size_t length) {
  std::vector<float> sums(length);
  for (std::size_t i = 0; i < length; ++i) {
    const char* order = kOrders[parts.size() - 1];
    sums[i] = sum_in_order(&order, parts, i);
  }
  return sums;
}

void test_pairwise() {
  report().test("sums of 1 to 9 parts are taken in pairs", [] {
    for (std::size_t count = 1; count <= std::size(kOrders); ++count) {
      for (const std::size_t length : {1, 17, 1023, 1024, 1025, 2500}) test_sums(count, length);
    }
  });
}

}  // namespace adamax::test
