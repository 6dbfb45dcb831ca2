// The vector vocabulary in AVX-512 (F and DQ): 16 lanes.
//
//   operation        instruction
//   + - * /          vaddps, vsubps, vmulps, vdivps
//   greater, lesser  vmaxps, vminps: both return their second operand where either is NaN
//   zero_below       vandnps, vcmpps to a mask, vmovaps under it

struct Vec {
  __m512 lanes;
};
inline constexpr std::size_t kWidth = 16;

struct Whole {};
struct Part {
  std::size_t count;
};

ADAMAX_INLINE Vec broadcast(float x) { return {_mm512_set1_ps(x)}; }
ADAMAX_INLINE Vec load(const float* from, Whole) { return {_mm512_loadu_ps(from)}; }
ADAMAX_INLINE void store(float* to, Vec x, Whole) { _mm512_storeu_ps(to, x.lanes); }

// Ones for the first `count` lanes: masked accesses touch no byte beyond them.
ADAMAX_INLINE __mmask16 first_lanes(Part part) { return static_cast<__mmask16>((1u << part.count) - 1); }
ADAMAX_INLINE Vec load(const float* from, Part part) { return {_mm512_maskz_loadu_ps(first_lanes(part), from)}; }
ADAMAX_INLINE void store(float* to, Vec x, Part part) { _mm512_mask_storeu_ps(to, first_lanes(part), x.lanes); }

ADAMAX_INLINE Vec operator+(Vec a, Vec b) { return {_mm512_add_ps(a.lanes, b.lanes)}; }
ADAMAX_INLINE Vec operator-(Vec a, Vec b) { return {_mm512_sub_ps(a.lanes, b.lanes)}; }
ADAMAX_INLINE Vec operator*(Vec a, Vec b) { return {_mm512_mul_ps(a.lanes, b.lanes)}; }
ADAMAX_INLINE Vec operator/(Vec a, Vec b) { return {_mm512_div_ps(a.lanes, b.lanes)}; }

ADAMAX_INLINE Vec square_root(Vec x) { return {_mm512_sqrt_ps(x.lanes)}; }
ADAMAX_INLINE Vec magnitude(Vec x) { return {_mm512_andnot_ps(_mm512_set1_ps(-0.0f), x.lanes)}; }
ADAMAX_INLINE Vec greater(Vec a, Vec b) { return {_mm512_max_ps(a.lanes, b.lanes)}; }
ADAMAX_INLINE Vec lesser(Vec a, Vec b) { return {_mm512_min_ps(a.lanes, b.lanes)}; }
ADAMAX_INLINE Vec zero_below(Vec x, Vec bound) {
  const __mmask16 keep = _mm512_cmp_ps_mask(magnitude(x).lanes, bound.lanes, _CMP_NLT_UQ);
  return {_mm512_maskz_mov_ps(keep, x.lanes)};
}
ADAMAX_INLINE Vec either_bits(Vec a, Vec b) { return {_mm512_or_ps(a.lanes, b.lanes)}; }

struct Lanes {
  __m512d half[2];
};
ADAMAX_INLINE Lanes zero_lanes() { return {{_mm512_setzero_pd(), _mm512_setzero_pd()}}; }
ADAMAX_INLINE void add_squares(Lanes& lanes, const float* x) {
  for (int k = 0; k < 2; ++k) {
    const __m512d value = _mm512_cvtps_pd(_mm256_loadu_ps(x + 8 * k));
    lanes.half[k] = _mm512_add_pd(lanes.half[k], _mm512_mul_pd(value, value));
  }
}
ADAMAX_INLINE void store_lanes(double* to, const Lanes& lanes) {
  for (int k = 0; k < 2; ++k) _mm512_storeu_pd(to + 8 * k, lanes.half[k]);
}
