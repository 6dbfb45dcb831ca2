// The vector vocabulary in AVX2: 8 lanes. AVX would do for the arithmetic; AVX2 is asked for because every processor
// that runs 256 bits well has it.
//
//   operation        instruction
//   + - * /          vaddps, vsubps, vmulps, vdivps
//   greater, lesser  vmaxps, vminps: both return their second operand where either is NaN
//   zero_where_less  vcmpps, vandps
//   words            vpaddd, vpmulld, vpxor, vpsrld
//   bfloat16         load: vpshufb; store: vpaddd, vpor, vcmpps, vblendvps, vpshufb, vpermq
//   pair of them     store: two vpaddd, vcmpps for a branch, two vpsrld, vpackusdw, vpermq

struct Vec {
  __m256 lanes;
};
inline constexpr std::size_t kWidth = 8;

struct Whole {};
struct Tail {
  std::size_t count;
};

ADAMAX_INLINE Vec broadcast(float x) { return {_mm256_set1_ps(x)}; }
ADAMAX_INLINE Vec load(const float* from, Whole) { return {_mm256_loadu_ps(from)}; }
ADAMAX_INLINE void store(float* to, Vec x, Whole) { _mm256_storeu_ps(to, x.lanes); }

// All ones in the first `count` lanes: masked accesses touch no byte beyond them.
ADAMAX_INLINE __m256i first_lanes(Tail tail) {
  const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(tail.count)), lane);
}
ADAMAX_INLINE Vec load(const float* from, Tail tail) { return {_mm256_maskload_ps(from, first_lanes(tail))}; }
ADAMAX_INLINE void store(float* to, Vec x, Tail tail) { _mm256_maskstore_ps(to, first_lanes(tail), x.lanes); }

// Widens 8 bfloat16s, which are in both halves of `both`, since each half of a vector is shuffled by itself.
ADAMAX_INLINE Vec widened(__m256i both) {
  const __m256i upper = _mm256_setr_epi8(-1, -1, 0, 1, -1, -1, 2, 3, -1, -1, 4, 5, -1, -1, 6, 7,  //
                                         -1, -1, 8, 9, -1, -1, 10, 11, -1, -1, 12, 13, -1, -1, 14, 15);
  return {_mm256_castsi256_ps(_mm256_shuffle_epi8(both, upper))};
}
struct Dither {
  __m256i word;
};
ADAMAX_INLINE Dither dither_of(std::uint32_t word) { return {_mm256_set1_epi32(static_cast<int>(word))}; }
ADAMAX_INLINE __m256i sum_of(Vec x, Dither dither) {
  return _mm256_add_epi32(_mm256_castps_si256(x.lanes), dither.word);
}
// Makes bfloat16s, in the upper halves of lanes. Where no lane is NaN, the sum alone does.
ADAMAX_INLINE __m256i dithered(Vec x, Dither dither) {
  const __m256 sum = _mm256_castsi256_ps(sum_of(x, dither));
  const __m256 quiet = _mm256_or_ps(x.lanes, _mm256_castsi256_ps(_mm256_set1_epi32(0x400000)));
  return _mm256_castps_si256(_mm256_blendv_ps(sum, quiet, _mm256_cmp_ps(x.lanes, x.lanes, _CMP_UNORD_Q)));
}
ADAMAX_INLINE __m128i upper_halves(__m256i lanes) {
  const __m256i upper = _mm256_setr_epi8(2, 3, 6, 7, 10, 11, 14, 15, -1, -1, -1, -1, -1, -1, -1, -1,  //
                                         2, 3, 6, 7, 10, 11, 14, 15, -1, -1, -1, -1, -1, -1, -1, -1);
  return _mm256_castsi256_si128(_mm256_permute4x64_epi64(_mm256_shuffle_epi8(lanes, upper), 0x08));
}
ADAMAX_INLINE Vec load(const Bfloat16* from, Whole) {
  return widened(_mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from))));
}
ADAMAX_INLINE void store(Bfloat16* to, Vec x, Dither dither, Whole) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), upper_halves(dithered(x, dither)));
}
// There are no masked accesses of 16 bits. Pairs of elements are accessed under a mask, and the last element by itself;
// where the number is even, its pair has been accessed already.
ADAMAX_INLINE __m128i first_pairs(Tail tail) {
  return _mm_cmpgt_epi32(_mm_set1_epi32(static_cast<int>(tail.count / 2)), _mm_setr_epi32(0, 1, 2, 3));
}
ADAMAX_INLINE Vec load(const Bfloat16* from, Tail tail) {
  const __m128i pairs = _mm_maskload_epi32(reinterpret_cast<const int*>(from), first_pairs(tail));
  const __m128i at_last =
      _mm_cmpeq_epi16(_mm_setr_epi16(1, 2, 3, 4, 5, 6, 7, 8), _mm_set1_epi16(static_cast<short>(tail.count)));
  const __m128i last = _mm_set1_epi16(static_cast<short>(from[tail.count - 1].bits));
  return widened(_mm256_broadcastsi128_si256(_mm_or_si128(pairs, _mm_and_si128(last, at_last))));
}
ADAMAX_INLINE void store(Bfloat16* to, Vec x, Dither dither, Tail tail) {
  const __m128i halves = upper_halves(dithered(x, dither));
  _mm_maskstore_epi32(reinterpret_cast<int*>(to), first_pairs(tail), halves);
  const __m128i last = _mm_set1_epi16(static_cast<short>(0x0100 + 0x0202 * (tail.count - 1)));
  to[tail.count - 1].bits = static_cast<std::uint16_t>(_mm_cvtsi128_si32(_mm_shuffle_epi8(halves, last)));
}

struct Pair {
  Vec first, second;
};
// To load one register and take it apart was measured to be slower than to load twice.
ADAMAX_INLINE Pair load_pair(const Bfloat16* from) { return {load(from, Whole{}), load(from + kWidth, Whole{})}; }
ADAMAX_INLINE void store_pair(Bfloat16* to, Pair x, Dither dither) {
  // A NaN is rare, and one branch for both vectors costs less than looking for it in each.
  if (_mm256_movemask_ps(_mm256_cmp_ps(x.first.lanes, x.second.lanes, _CMP_UNORD_Q)) != 0) {
    store(to, x.first, dither, Whole{});
    store(to + kWidth, x.second, dither, Whole{});
    return;
  }
  const __m256i first = _mm256_srli_epi32(sum_of(x.first, dither), 16);
  const __m256i second = _mm256_srli_epi32(sum_of(x.second, dither), 16);
  // Packing goes by 128 bits.
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to),
                      _mm256_permute4x64_epi64(_mm256_packus_epi32(first, second), 0xd8));
}

ADAMAX_INLINE Vec operator+(Vec a, Vec b) { return {_mm256_add_ps(a.lanes, b.lanes)}; }
ADAMAX_INLINE Vec operator-(Vec a, Vec b) { return {_mm256_sub_ps(a.lanes, b.lanes)}; }
ADAMAX_INLINE Vec operator*(Vec a, Vec b) { return {_mm256_mul_ps(a.lanes, b.lanes)}; }
ADAMAX_INLINE Vec operator/(Vec a, Vec b) { return {_mm256_div_ps(a.lanes, b.lanes)}; }

ADAMAX_INLINE Vec square_root(Vec x) { return {_mm256_sqrt_ps(x.lanes)}; }
ADAMAX_INLINE Vec magnitude(Vec x) { return {_mm256_andnot_ps(_mm256_set1_ps(-0.0f), x.lanes)}; }
ADAMAX_INLINE Vec greater(Vec a, Vec b) { return {_mm256_max_ps(a.lanes, b.lanes)}; }
ADAMAX_INLINE Vec lesser(Vec a, Vec b) { return {_mm256_min_ps(a.lanes, b.lanes)}; }
ADAMAX_INLINE Vec zero_where_less(Vec x, Vec a, Vec b) {
  return {_mm256_and_ps(x.lanes, _mm256_cmp_ps(a.lanes, b.lanes, _CMP_NLT_UQ))};
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

// Words of 32 bits, for the digest.
struct Words {
  __m256i lanes;
};
ADAMAX_INLINE Words broadcast_word(std::uint32_t x) { return {_mm256_set1_epi32(static_cast<int>(x))}; }
ADAMAX_INLINE Words load_words(const std::uint32_t* from) {
  return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from))};
}
ADAMAX_INLINE void store_words(std::uint32_t* to, Words x) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), x.lanes);
}
ADAMAX_INLINE Words operator+(Words a, Words b) { return {_mm256_add_epi32(a.lanes, b.lanes)}; }
ADAMAX_INLINE Words operator*(Words a, Words b) { return {_mm256_mullo_epi32(a.lanes, b.lanes)}; }
ADAMAX_INLINE Words operator^(Words a, Words b) { return {_mm256_xor_si256(a.lanes, b.lanes)}; }
template <int kBits>
ADAMAX_INLINE Words shifted_right(Words x) {
  return {_mm256_srli_epi32(x.lanes, kBits)};
}
