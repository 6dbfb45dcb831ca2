#include "runtime/sum_squares.h"

namespace adamax {

void PairwiseSum::add(double sum) {
  for (std::size_t carry = count_; carry % 2 == 1; carry /= 2) sum = partial_[--depth_] + sum;
  partial_[depth_++] = sum;
  ++count_;
}

double PairwiseSum::total() const {
  double total = 0;
  for (int k = depth_; k > 0; --k) total = partial_[k - 1] + total;
  return total;
}

double sum_squares(const KernelTable& table, const float* x, std::size_t length) {
  PairwiseSum sum;
  for (std::size_t begin = 0; begin < length; begin += kBlock) {
    sum.add(table.block_sum(x + begin, length - begin < kBlock ? length - begin : kBlock));
  }
  return sum.total();
}

}  // namespace adamax
