// The vector vocabulary in NEON of AArch64: 4 lanes. NEON is part of the baseline, so it needs no detection.
//
//   operation        instruction
//   + - * /          fadd, fsub, fmul, fdiv
//   greater, lesser  fcmgt, bsl: fmax and fmin would return NaN where either is NaN
//   zero_where_less  fcmgt, bic
//   words            add, mul, eor, ushr
//   bfloat16         load: shll; store: fcmeq, bic, orr, and, addhn

struct Vec {
  float32x4_t lanes;
};
inline constexpr std::size_t kWidth = 4;

struct Whole {};
struct Tail {
  std::size_t count;
};

ADAMAX_INLINE Vec broadcast(float x) { return {vdupq_n_f32(x)}; }
ADAMAX_INLINE Vec load(const float* from, Whole) { return {vld1q_f32(from)}; }
ADAMAX_INLINE void store(float* to, Vec x, Whole) { vst1q_f32(to, x.lanes); }

// There are no masked accesses. Lanes are accessed one by one, so that no byte beyond the last one is touched.
ADAMAX_INLINE Vec load(const float* from, Tail tail) {
  float32x4_t x = vdupq_n_f32(0);
  if (tail.count > 0) x = vld1q_lane_f32(from, x, 0);
  if (tail.count > 1) x = vld1q_lane_f32(from + 1, x, 1);
  if (tail.count > 2) x = vld1q_lane_f32(from + 2, x, 2);
  return {x};
}
ADAMAX_INLINE void store(float* to, Vec x, Tail tail) {
  if (tail.count > 0) vst1q_lane_f32(to, x.lanes, 0);
  if (tail.count > 1) vst1q_lane_f32(to + 1, x.lanes, 1);
  if (tail.count > 2) vst1q_lane_f32(to + 2, x.lanes, 2);
}

// widened() makes numbers of bfloat16s, and dithered() bfloat16s of numbers.
ADAMAX_INLINE Vec widened(uint16x4_t halves) { return {vreinterpretq_f32_u32(vshll_n_u16(halves, 16))}; }
struct Dither {
  uint32x4_t word;
};
ADAMAX_INLINE Dither dither_of(std::uint32_t word) { return {vdupq_n_u32(word)}; }
ADAMAX_INLINE uint16x4_t dithered(Vec x, Dither dither) {
  // addhn adds and keeps the upper halves. A NaN gets its quiet bit, and +0 in place of the dither.
  const uint32x4_t number = vceqq_f32(x.lanes, x.lanes);
  const uint32x4_t quiet = vbicq_u32(vdupq_n_u32(0x400000), number);
  return vaddhn_u32(vorrq_u32(vreinterpretq_u32_f32(x.lanes), quiet), vandq_u32(dither.word, number));
}
ADAMAX_INLINE Vec load(const Bfloat16* from, Whole) { return widened(vld1_u16(&from->bits)); }
ADAMAX_INLINE void store(Bfloat16* to, Vec x, Dither dither, Whole) { vst1_u16(&to->bits, dithered(x, dither)); }
ADAMAX_INLINE Vec load(const Bfloat16* from, Tail tail) {
  uint16x4_t halves = vdup_n_u16(0);
  if (tail.count > 0) halves = vld1_lane_u16(&from[0].bits, halves, 0);
  if (tail.count > 1) halves = vld1_lane_u16(&from[1].bits, halves, 1);
  if (tail.count > 2) halves = vld1_lane_u16(&from[2].bits, halves, 2);
  return widened(halves);
}
ADAMAX_INLINE void store(Bfloat16* to, Vec x, Dither dither, Tail tail) {
  const uint16x4_t halves = dithered(x, dither);
  if (tail.count > 0) vst1_lane_u16(&to[0].bits, halves, 0);
  if (tail.count > 1) vst1_lane_u16(&to[1].bits, halves, 1);
  if (tail.count > 2) vst1_lane_u16(&to[2].bits, halves, 2);
}

struct Pair {
  Vec first, second;
};
ADAMAX_INLINE Pair load_pair(const Bfloat16* from) {
  const uint16x8_t halves = vld1q_u16(&from->bits);
  return {widened(vget_low_u16(halves)), widened(vget_high_u16(halves))};
}
ADAMAX_INLINE void store_pair(Bfloat16* to, Pair x, Dither dither) {
  vst1q_u16(&to->bits, vcombine_u16(dithered(x.first, dither), dithered(x.second, dither)));
}

ADAMAX_INLINE Vec operator+(Vec a, Vec b) { return {vaddq_f32(a.lanes, b.lanes)}; }
ADAMAX_INLINE Vec operator-(Vec a, Vec b) { return {vsubq_f32(a.lanes, b.lanes)}; }
ADAMAX_INLINE Vec operator*(Vec a, Vec b) { return {vmulq_f32(a.lanes, b.lanes)}; }
ADAMAX_INLINE Vec operator/(Vec a, Vec b) { return {vdivq_f32(a.lanes, b.lanes)}; }

ADAMAX_INLINE Vec square_root(Vec x) { return {vsqrtq_f32(x.lanes)}; }
ADAMAX_INLINE Vec magnitude(Vec x) { return {vabsq_f32(x.lanes)}; }
ADAMAX_INLINE Vec greater(Vec a, Vec b) { return {vbslq_f32(vcgtq_f32(a.lanes, b.lanes), a.lanes, b.lanes)}; }
ADAMAX_INLINE Vec lesser(Vec a, Vec b) { return {vbslq_f32(vcltq_f32(a.lanes, b.lanes), a.lanes, b.lanes)}; }
ADAMAX_INLINE Vec zero_where_less(Vec x, Vec a, Vec b) {
  return {vreinterpretq_f32_u32(vbicq_u32(vreinterpretq_u32_f32(x.lanes), vcltq_f32(a.lanes, b.lanes)))};
}
ADAMAX_INLINE Vec either_bits(Vec a, Vec b) {
  return {vreinterpretq_f32_u32(vorrq_u32(vreinterpretq_u32_f32(a.lanes), vreinterpretq_u32_f32(b.lanes)))};
}

struct Lanes {
  float64x2_t pair[8];
};
ADAMAX_INLINE Lanes zero_lanes() {
  Lanes lanes;
  for (int k = 0; k < 8; ++k) lanes.pair[k] = vdupq_n_f64(0);
  return lanes;
}
ADAMAX_INLINE void add_squares(Lanes& lanes, const float* x) {
  for (int k = 0; k < 8; ++k) {
    const float64x2_t value = vcvt_f64_f32(vld1_f32(x + 2 * k));
    lanes.pair[k] = vaddq_f64(lanes.pair[k], vmulq_f64(value, value));
  }
}
ADAMAX_INLINE void store_lanes(double* to, const Lanes& lanes) {
  for (int k = 0; k < 8; ++k) vst1q_f64(to + 2 * k, lanes.pair[k]);
}

// Words of 32 bits, for the digest.
struct Words {
  uint32x4_t lanes;
};
ADAMAX_INLINE Words broadcast_word(std::uint32_t x) { return {vdupq_n_u32(x)}; }
ADAMAX_INLINE Words load_words(const std::uint32_t* from) { return {vld1q_u32(from)}; }
ADAMAX_INLINE void store_words(std::uint32_t* to, Words x) { vst1q_u32(to, x.lanes); }
ADAMAX_INLINE Words operator+(Words a, Words b) { return {vaddq_u32(a.lanes, b.lanes)}; }
ADAMAX_INLINE Words operator*(Words a, Words b) { return {vmulq_u32(a.lanes, b.lanes)}; }
ADAMAX_INLINE Words operator^(Words a, Words b) { return {veorq_u32(a.lanes, b.lanes)}; }
template <int kBits>
ADAMAX_INLINE Words shifted_right(Words x) {
  return {vshrq_n_u32(x.lanes, kBits)};
}
