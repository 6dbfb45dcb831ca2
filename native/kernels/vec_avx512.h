// The vector vocabulary in AVX-512 (F, DQ and BW): 16 lanes.
//
//   operation        instruction
//   + - * /          vaddps, vsubps, vmulps, vdivps
//   greater, lesser  vmaxps, vminps: both return their second operand where either is NaN
//   zero_where_less  vcmpps to a mask, vmovaps under it
//   words            vpaddd, vpmulld, vpxord, vpsrld
//   bfloat16         load: vpmovzxwd, vpslld; store: vpaddd, vfixupimmps, vpsrld, vpmovdw
//   pair of them     load: vpermq, vpunpcklwd, vpunpckhwd; store: two vpaddd, vcmpps for a branch, vpermt2w

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
// It works on integers, so that no setting for subnormals has a say.
ADAMAX_INLINE __m512i sum_of(Vec x, Dither dither) {
  return _mm512_add_epi32(_mm512_castps_si512(x.lanes), dither.word);
}
// Makes bfloat16s, in the upper halves of lanes. Where no lane is NaN, the sum alone does.
ADAMAX_INLINE __m512i dithered(Vec x, Dither dither) {
  // Each NaN, quiet or not (the two lowest fields of the table), is replaced by the quiet NaN of its payload; all else
  // stays.
  const __m512 sum = _mm512_castsi512_ps(sum_of(x, dither));
  return _mm512_castps_si512(_mm512_fixupimm_ps(sum, x.lanes, _mm512_set1_epi32(0x22), 0));
}
ADAMAX_INLINE __m256i upper_halves(__m512i lanes) { return _mm512_cvtepi32_epi16(_mm512_srli_epi32(lanes, 16)); }
ADAMAX_INLINE Vec load(const Bfloat16* from, Whole) {
  return widened(_mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from))));
}
ADAMAX_INLINE void store(Bfloat16* to, Vec x, Dither dither, Whole) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), upper_halves(dithered(x, dither)));
}
ADAMAX_INLINE Vec load(const Bfloat16* from, Tail tail) {
  const __m512i halves = _mm512_maskz_loadu_epi16(first_lanes(tail), from);
  return widened(_mm512_cvtepu16_epi32(_mm512_castsi512_si256(halves)));
}
ADAMAX_INLINE void store(Bfloat16* to, Vec x, Dither dither, Tail tail) {
  const __m512i halves = _mm512_castsi256_si512(upper_halves(dithered(x, dither)));
  _mm512_mask_storeu_epi16(to, first_lanes(tail), halves);
}

struct Pair {
  Vec first, second;
};
ADAMAX_INLINE Pair load_pair(const Bfloat16* from) {
  // Unpacking takes the lower and the upper half of each 128 bits, so the halves of vectors are laid there first.
  const __m512i order = _mm512_setr_epi64(0, 4, 1, 5, 2, 6, 3, 7);
  const __m512i all = _mm512_permutexvar_epi64(order, _mm512_loadu_si512(from));
  const __m512i zero = _mm512_setzero_si512();
  return {{_mm512_castsi512_ps(_mm512_unpacklo_epi16(zero, all))},
          {_mm512_castsi512_ps(_mm512_unpackhi_epi16(zero, all))}};
}
ADAMAX_INLINE void store_pair(Bfloat16* to, Pair x, Dither dither) {
  // A NaN is rare, and one branch for both vectors costs less than looking for it in each.
  if (_mm512_cmp_ps_mask(x.first.lanes, x.second.lanes, _CMP_UNORD_Q) != 0) {
    store(to, x.first, dither, Whole{});
    store(to + kWidth, x.second, dither, Whole{});
    return;
  }
  // The odd 16 bits of both, 1, 3, …, 63, two in a lane.
  const __m512i odd =
      _mm512_add_epi32(_mm512_set1_epi32(0x30001),
                       _mm512_mullo_epi32(_mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
                                          _mm512_set1_epi32(0x40004)));
  _mm512_storeu_si512(to, _mm512_permutex2var_epi16(sum_of(x.first, dither), odd, sum_of(x.second, dither)));
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

// Words of 32 bits, for the digest.
struct Words {
  __m512i lanes;
};
ADAMAX_INLINE Words broadcast_word(std::uint32_t x) { return {_mm512_set1_epi32(static_cast<int>(x))}; }
ADAMAX_INLINE Words load_words(const std::uint32_t* from) { return {_mm512_loadu_si512(from)}; }
ADAMAX_INLINE void store_words(std::uint32_t* to, Words x) { _mm512_storeu_si512(to, x.lanes); }
ADAMAX_INLINE Words operator+(Words a, Words b) { return {_mm512_add_epi32(a.lanes, b.lanes)}; }
ADAMAX_INLINE Words operator*(Words a, Words b) { return {_mm512_mullo_epi32(a.lanes, b.lanes)}; }
ADAMAX_INLINE Words operator^(Words a, Words b) { return {_mm512_xor_si512(a.lanes, b.lanes)}; }
template <int kBits>
ADAMAX_INLINE Words shifted_right(Words x) {
  return {_mm512_srli_epi32(x.lanes, kBits)};
}
