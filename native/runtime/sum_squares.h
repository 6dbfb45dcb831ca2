// The sum of squares of an array, in float64 and in one fixed shape for every implementation and any number of threads:
// sums of blocks of kBlock elements (kernels/sum_squares-inl.h) are joined in pairs, pairs in pairs, and so on, the
// earlier on the left, what is left over at the end from right to left. TypeScript twin: lib/backend/sum-squares.ts.
#pragma once

#include <cstddef>

#include "kernels/table.h"

namespace adamax {

// Joins sums as they come, in that shape. Each stands for as many blocks as the others, but for the last, which may
// stand for fewer; as many as a power of two, the result is that of the blocks themselves.
class PairwiseSum {
 public:
  void add(double sum);
  double total() const;

 private:
  double partial_[64];  // as in a binary counter: the sum of 2^k added ones, at most one for each k
  int depth_ = 0;
  std::size_t count_ = 0;
};

double sum_squares(const KernelTable& table, const float* x, std::size_t length);

}  // namespace adamax
