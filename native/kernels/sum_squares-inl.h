// The sum of squares, in float64 and in one fixed shape for every implementation: element i of a block goes to lane
// i mod 16; lanes are joined 8 + 8, 4 + 4, 2 + 2, 1 + 1; blocks of 4,096 are joined in pairs, pairs in pairs, and so
// on, the earlier on the left, what is left over at the end from right to left. Products of two float32 are exact in
// float64, so only the sums round. TypeScript twin: lib/backend/js.ts.
//
// What bounds it: the reads (4 bytes an element); in the first-level cache the conversions to float64.

ADAMAX_INLINE double join_lanes(const Lanes& lanes) {
  double lane[kLanes];
  store_lanes(lane, lanes);
  for (std::size_t half = kLanes / 2; half >= 1; half /= 2) {
    for (std::size_t i = 0; i < half; ++i) lane[i] += lane[i + half];
  }
  return lane[0];
}

ADAMAX_INLINE double block_sum(const float* x, std::size_t length) {
  Lanes lanes = zero_lanes();
  std::size_t i = 0;
  for (; i + kLanes <= length; i += kLanes) add_squares(lanes, x + i);
  if (i < length) {
    float rest[kLanes] = {};  // a lane without an element adds +0, which leaves it as it is
    for (std::size_t lane = 0; i + lane < length; ++lane) rest[lane] = x[i + lane];
    add_squares(lanes, rest);
  }
  return join_lanes(lanes);
}

double sum_squares(const float* x, std::size_t length) {
  double partial[64];  // as in a binary counter: partial sums of 2^k blocks, at most one for each k
  int depth = 0;
  for (std::size_t block = 0; block * kBlock < length; ++block) {
    const std::size_t begin = block * kBlock;
    double sum = block_sum(x + begin, length - begin < kBlock ? length - begin : kBlock);
    for (std::size_t carry = block; carry % 2 == 1; carry /= 2) sum = partial[--depth] + sum;
    partial[depth++] = sum;
  }
  double total = 0;
  while (depth > 0) total = partial[--depth] + total;
  return total;
}
