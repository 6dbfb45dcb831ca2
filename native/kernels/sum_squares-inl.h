// The sum of squares of a block, in float64 and in one fixed shape for every implementation: element i goes to lane i
// mod 16; lanes are joined 8 + 8, 4 + 4, 2 + 2, 1 + 1. Products of two float32 are exact in float64, so only the sums
// round. runtime/sum_squares.h joins blocks. TypeScript twin: lib/backend/sum-squares.ts.
//
// It is bound by the reads (4 bytes an element), and in the first-level cache by the conversions to float64.

ADAMAX_INLINE double join_lanes(const Lanes& lanes) {
  double lane[kLanes];
  store_lanes(lane, lanes);
  for (std::size_t half = kLanes / 2; half >= 1; half /= 2) {
    for (std::size_t i = 0; i < half; ++i) lane[i] += lane[i + half];
  }
  return lane[0];
}

// `length` is at most kBlock.
double block_sum(const float* x, std::size_t length) {
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
