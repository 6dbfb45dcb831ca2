// The vector vocabulary in AVX2: 8 lanes. AVX would do for the arithmetic; AVX2 is asked for because every processor
// that runs 256 bits well has it.
//
//   operation        instruction
//   + - * /          vaddps, vsubps, vmulps, vdivps
//   greater, lesser  vmaxps, vminps: both return their second operand where either is NaN
//   zero_below       vandnps, vcmpps, vandps

struct Vec {
  __m256 lanes;
};
inline constexpr std::size_t kWidth = 8;

struct Whole {};
struct Part {
  std::size_t count;
};

ADAMAX_INLINE Vec broadcast(float x) { return {_mm256_set1_ps(x)}; }
ADAMAX_INLINE Vec load(const float* from, Whole) { return {_mm256_loadu_ps(from)}; }
ADAMAX_INLINE void store(float* to, Vec x, Whole) { _mm256_storeu_ps(to, x.lanes); }

// All ones in the first `count` lanes: masked accesses touch no byte beyond them.
ADAMAX_INLINE __m256i first_lanes(Part part) {
  const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(part.count)), lane);
}
ADAMAX_INLINE Vec load(const float* from, Part part) { return {_mm256_maskload_ps(from, first_lanes(part))}; }
ADAMAX_INLINE void store(float* to, Vec x, Part part) { _mm256_maskstore_ps(to, first_lanes(part), x.lanes); }

ADAMAX_INLINE Vec operator+(Vec a, Vec b) { return {_mm256_add_ps(a.lanes, b.lanes)}; }
ADAMAX_INLINE Vec operator-(Vec a, Vec b) { return {_mm256_sub_ps(a.lanes, b.lanes)}; }
ADAMAX_INLINE Vec operator*(Vec a, Vec b) { return {_mm256_mul_ps(a.lanes, b.lanes)}; }
ADAMAX_INLINE Vec operator/(Vec a, Vec b) { return {_mm256_div_ps(a.lanes, b.lanes)}; }

ADAMAX_INLINE Vec square_root(Vec x) { return {_mm256_sqrt_ps(x.lanes)}; }
ADAMAX_INLINE Vec magnitude(Vec x) { return {_mm256_andnot_ps(_mm256_set1_ps(-0.0f), x.lanes)}; }
ADAMAX_INLINE Vec greater(Vec a, Vec b) { return {_mm256_max_ps(a.lanes, b.lanes)}; }
ADAMAX_INLINE Vec lesser(Vec a, Vec b) { return {_mm256_min_ps(a.lanes, b.lanes)}; }
ADAMAX_INLINE Vec zero_below(Vec x, Vec bound) {
  const __m256 keep = _mm256_cmp_ps(magnitude(x).lanes, bound.lanes, _CMP_NLT_UQ);
  return {_mm256_and_ps(x.lanes, keep)};
}
ADAMAX_INLINE Vec either_bits(Vec a, Vec b) { return {_mm256_or_ps(a.lanes, b.lanes)}; }

struct Lanes {
  __m256d quarter[4];
};
ADAMAX_INLINE Lanes zero_lanes() {
  const __m256d zero = _mm256_setzero_pd();
  return {{zero, zero, zero, zero}};
}
ADAMAX_INLINE void add_squares(Lanes& lanes, const float* x) {
  for (int k = 0; k < 4; ++k) {
    const __m256d value = _mm256_cvtps_pd(_mm_loadu_ps(x + 4 * k));
    lanes.quarter[k] = _mm256_add_pd(lanes.quarter[k], _mm256_mul_pd(value, value));
  }
}
ADAMAX_INLINE void store_lanes(double* to, const Lanes& lanes) {
  for (int k = 0; k < 4; ++k) _mm256_storeu_pd(to + 4 * k, lanes.quarter[k]);
}
