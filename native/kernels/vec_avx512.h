// The vector vocabulary in AVX-512 (F and DQ): 16 lanes.
//
//   operation        instruction
//   + - * /          vaddps, vsubps, vmulps, vdivps
//   greater, lesser  vmaxps, vminps: both return their second operand where either is NaN
//   zero_where_less  vcmpps to a mask, vmovaps under it
//   bfloat16         load: vpmovzxwd, vpslld; store: vpaddd, vfixupimmps, vpsrld, vpmovdw

struct Vec {
  __m512 lanes;
};
inline constexpr std::size_t kWidth = 16;

struct Whole {};
struct Tail {
  std::size_t count;
};

ADAMAX_INLINE Vec broadcast(float x) { return {_mm512_set1_ps(x)}; }
ADAMAX_INLINE Vec load(const float* from, Whole) { return {_mm512_loadu_ps(from)}; }
ADAMAX_INLINE void store(float* to, Vec x, Whole) { _mm512_storeu_ps(to, x.lanes); }

// Ones for the first `count` lanes: masked accesses touch no byte beyond them.
ADAMAX_INLINE __mmask16 first_lanes(Tail tail) { return static_cast<__mmask16>((1u << tail.count) - 1); }
ADAMAX_INLINE Vec load(const float* from, Tail tail) { return {_mm512_maskz_loadu_ps(first_lanes(tail), from)}; }
ADAMAX_INLINE void store(float* to, Vec x, Tail tail) { _mm512_mask_storeu_ps(to, first_lanes(tail), x.lanes); }

// Widens bfloat16s in the lower halves of lanes.
ADAMAX_INLINE Vec widened(__m512i halves) { return {_mm512_castsi512_ps(_mm512_slli_epi32(halves, 16))}; }
struct Dither {
  __m512i word;
};
ADAMAX_INLINE Dither dither_of(std::uint32_t word) { return {_mm512_set1_epi32(static_cast<int>(word))}; }
// Makes bfloat16s, in the lower halves of lanes. It works on integers, so that no setting for subnormals has a say.
ADAMAX_INLINE __m512i dithered(Vec x, Dither dither) {
  const __m512i sum = _mm512_add_epi32(_mm512_castps_si512(x.lanes), dither.word);
  // Each NaN, quiet or not (the two lowest fields of the table), is replaced by the quiet NaN of its payload; all else
  // stays.
  const __m512 kept = _mm512_fixupimm_ps(_mm512_castsi512_ps(sum), x.lanes, _mm512_set1_epi32(0x22), 0);
  return _mm512_srli_epi32(_mm512_castps_si512(kept), 16);
}
ADAMAX_INLINE Vec load(const Bfloat16* from, Whole) {
  return widened(_mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from))));
}
ADAMAX_INLINE void store(Bfloat16* to, Vec x, Dither dither, Whole) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm512_cvtepi32_epi16(dithered(x, dither)));
}
// There are no masked accesses of 16 bits before AVX-512BW. Pairs of elements are accessed under a mask, and the last
// element by itself; where the number is even, its pair has been accessed already.
ADAMAX_INLINE Vec load(const Bfloat16* from, Tail tail) {
  const __m512i pairs = _mm512_maskz_loadu_epi32(first_lanes({tail.count / 2}), from);
  const __mmask16 last = static_cast<__mmask16>(1u << (tail.count - 1));
  return widened(
      _mm512_mask_set1_epi32(_mm512_cvtepu16_epi32(_mm512_castsi512_si256(pairs)), last, from[tail.count - 1].bits));
}
ADAMAX_INLINE void store(Bfloat16* to, Vec x, Dither dither, Tail tail) {
  const __m512i lanes = dithered(x, dither);
  const __mmask16 last = static_cast<__mmask16>(1u << (tail.count - 1));
  _mm512_mask_storeu_epi32(to, first_lanes({tail.count / 2}), _mm512_castsi256_si512(_mm512_cvtepi32_epi16(lanes)));
  to[tail.count - 1].bits =
      static_cast<std::uint16_t>(_mm_cvtsi128_si32(_mm512_castsi512_si128(_mm512_maskz_compress_epi32(last, lanes))));
}

ADAMAX_INLINE Vec operator+(Vec a, Vec b) { return {_mm512_add_ps(a.lanes, b.lanes)}; }
ADAMAX_INLINE Vec operator-(Vec a, Vec b) { return {_mm512_sub_ps(a.lanes, b.lanes)}; }
ADAMAX_INLINE Vec operator*(Vec a, Vec b) { return {_mm512_mul_ps(a.lanes, b.lanes)}; }
ADAMAX_INLINE Vec operator/(Vec a, Vec b) { return {_mm512_div_ps(a.lanes, b.lanes)}; }

ADAMAX_INLINE Vec square_root(Vec x) { return {_mm512_sqrt_ps(x.lanes)}; }
ADAMAX_INLINE Vec magnitude(Vec x) { return {_mm512_andnot_ps(_mm512_set1_ps(-0.0f), x.lanes)}; }
ADAMAX_INLINE Vec greater(Vec a, Vec b) { return {_mm512_max_ps(a.lanes, b.lanes)}; }
ADAMAX_INLINE Vec lesser(Vec a, Vec b) { return {_mm512_min_ps(a.lanes, b.lanes)}; }
ADAMAX_INLINE Vec zero_where_less(Vec x, Vec a, Vec b) {
  return {_mm512_maskz_mov_ps(_mm512_cmp_ps_mask(a.lanes, b.lanes, _CMP_NLT_UQ), x.lanes)};
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
