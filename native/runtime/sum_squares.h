// The sum of squares of an array, in float64 and in one fixed shape for every implementation and any number of threads:
// sums of blocks of kBlock elements (kernels/sum_squares-inl.h) are joined in pairs, pairs in pairs, and so on, the
// earlier on the left; sums that are left over are joined from right to left. TypeScript twin:
// lib/backend/sum-squares.ts.
#pragma once

#include <cstddef>

#include "kernels/table.h"

namespace adamax {

// Joins sums in that shape as they come. Every sum added must cover the same number of blocks; only the last may cover
// fewer. If that number is a power of two, the total has the same bits as adding block by block.
class PairwiseSum {
 public:
  void add(double sum);
  double total() const;

 private:
  double partial_[64];  // as in a binary counter, at most one sum of 2^k added sums for each k
  int depth_ = 0;
  std::size_t count_ = 0;
};

double sum_squares(const KernelTable& table, const float* x, std::size_t length);

}  // namespace adamax
