// The vector vocabulary in plain C++: one lane. Compilers turn the loops over it into the baseline's vectors (SSE2 on
// x86-64), since no iteration depends on another.

struct Vec {
  float lane;
};
inline constexpr std::size_t kWidth = 1;

// How much of a vector to load or store: all of it, or the first `count` lanes, which are at least one.
struct Whole {};
struct Tail {
  std::size_t count;
};

ADAMAX_INLINE Vec broadcast(float x) { return {x}; }
ADAMAX_INLINE Vec load(const float* from, Whole) { return {*from}; }
ADAMAX_INLINE void store(float* to, Vec x, Whole) { *to = x.lane; }
ADAMAX_INLINE Vec load(const float* from, Tail) { return {*from}; }
ADAMAX_INLINE void store(float* to, Vec x, Tail) { *to = x.lane; }

ADAMAX_INLINE Vec load(const Bfloat16* from, Whole) {
  const std::uint32_t bits = static_cast<std::uint32_t>(from->bits) << 16;
  Vec x;
  std::memcpy(&x.lane, &bits, 4);
  return x;
}
// What a step adds to the bits of each number before it stores their upper half.
struct Dither {
  std::uint32_t word;
};
ADAMAX_INLINE Dither dither_of(std::uint32_t word) { return {word}; }
// The carry rounds up, from the largest number to infinity; infinity has no low bits that could carry. NaN could become
// infinity or zero, so it is made quiet instead.
ADAMAX_INLINE void store(Bfloat16* to, Vec x, Dither dither, Whole) {
  std::uint32_t bits;
  std::memcpy(&bits, &x.lane, 4);
  // Without a branch, which would keep compilers from making vectors of the loop.
  const std::uint32_t nan = 0u - static_cast<std::uint32_t>((bits & 0x7fffffff) > 0x7f800000);
  const std::uint32_t sum = bits + (dither.word & ~nan);
  to->bits = static_cast<std::uint16_t>((sum | (nan & 0x400000)) >> 16);
}
ADAMAX_INLINE Vec load(const Bfloat16* from, Tail) { return load(from, Whole{}); }
ADAMAX_INLINE void store(Bfloat16* to, Vec x, Dither dither, Tail) { store(to, x, dither, Whole{}); }

// Two vectors of bfloat16s, which lie side by side.
struct Pair {
  Vec first, second;
};
ADAMAX_INLINE Pair load_pair(const Bfloat16* from) { return {load(from, Whole{}), load(from + kWidth, Whole{})}; }
ADAMAX_INLINE void store_pair(Bfloat16* to, Pair x, Dither dither) {
  store(to, x.first, dither, Whole{});
  store(to + kWidth, x.second, dither, Whole{});
}

ADAMAX_INLINE Vec operator+(Vec a, Vec b) { return {a.lane + b.lane}; }
ADAMAX_INLINE Vec operator-(Vec a, Vec b) { return {a.lane - b.lane}; }
ADAMAX_INLINE Vec operator*(Vec a, Vec b) { return {a.lane * b.lane}; }
ADAMAX_INLINE Vec operator/(Vec a, Vec b) { return {a.lane / b.lane}; }

ADAMAX_INLINE Vec square_root(Vec x) { return {std::sqrt(x.lane)}; }
ADAMAX_INLINE Vec magnitude(Vec x) { return {std::fabs(x.lane)}; }
// a > b ? a : b, so b where either is NaN.
ADAMAX_INLINE Vec greater(Vec a, Vec b) { return {a.lane > b.lane ? a.lane : b.lane}; }
// a < b ? a : b, so b where either is NaN.
ADAMAX_INLINE Vec lesser(Vec a, Vec b) { return {a.lane < b.lane ? a.lane : b.lane}; }
// +0 where a < b, else x: so x where either is NaN.
ADAMAX_INLINE Vec zero_where_less(Vec x, Vec a, Vec b) { return {a.lane < b.lane ? 0.0f : x.lane}; }
ADAMAX_INLINE Vec either_bits(Vec a, Vec b) {
  std::uint32_t x, y;
  std::memcpy(&x, &a.lane, 4);
  std::memcpy(&y, &b.lane, 4);
  x |= y;
  std::memcpy(&a.lane, &x, 4);
  return a;
}

struct Lanes {
  double lane[kLanes];
};
ADAMAX_INLINE Lanes zero_lanes() { return {}; }
ADAMAX_INLINE void add_squares(Lanes& lanes, const float* x) {
  for (std::size_t i = 0; i < kLanes; ++i) {
    const double value = x[i];
    lanes.lane[i] += value * value;
  }
}
ADAMAX_INLINE void store_lanes(double* to, const Lanes& lanes) {
  for (std::size_t i = 0; i < kLanes; ++i) to[i] = lanes.lane[i];
}

// Words of 32 bits, for the digest.
struct Words {
  std::uint32_t lane;
};
ADAMAX_INLINE Words broadcast_word(std::uint32_t x) { return {x}; }
ADAMAX_INLINE Words load_words(const std::uint32_t* from) { return {*from}; }
ADAMAX_INLINE void store_words(std::uint32_t* to, Words x) { *to = x.lane; }
ADAMAX_INLINE Words operator+(Words a, Words b) { return {a.lane + b.lane}; }
ADAMAX_INLINE Words operator*(Words a, Words b) { return {a.lane * b.lane}; }
ADAMAX_INLINE Words operator^(Words a, Words b) { return {a.lane ^ b.lane}; }
template <int kBits>
ADAMAX_INLINE Words shifted_right(Words x) {
  return {x.lane >> kBits};
}
