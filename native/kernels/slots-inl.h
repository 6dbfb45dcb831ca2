// What is stored of moments, and how.

// What is stored of a moment: +0 where its magnitude is below `tiny`, else the moment; NaN stays.
ADAMAX_INLINE Vec without_tiny(Vec x, Vec tiny) { return zero_where_less(x, magnitude(x), tiny); }

// The rest loads and stores slot k of N vectors, by the format of its elements. Two whole vectors of bfloat16s fill one
// register, so that a vocabulary has operations for a pair of them.

template <int N, int kRoom, class Extent>
ADAMAX_INLINE void load_slot(const float* from, Vec (&slot)[N][kRoom], int k, Extent extent) {
  for (int n = 0; n < N; ++n) slot[n][k] = load(from + n * kWidth, extent);
}

template <int N, int kRoom, class Extent>
ADAMAX_INLINE void store_slot(float* to, const Vec (&slot)[N][kRoom], int k, const Dither&, Extent extent) {
  for (int n = 0; n < N; ++n) store(to + n * kWidth, slot[n][k], extent);
}

template <int N, int kRoom, class Extent>
ADAMAX_INLINE void load_slot(const Bfloat16* from, Vec (&slot)[N][kRoom], int k, Extent extent) {
  static_assert(N <= 2, "vectors come singly or in pairs");
  if constexpr (N == 1) {
    slot[0][k] = load(from, extent);
  } else {
    const Pair pair = load_pair(from);
    slot[0][k] = pair.first;
    slot[1][k] = pair.second;
  }
}

template <int N, int kRoom, class Extent>
ADAMAX_INLINE void store_slot(Bfloat16* to, const Vec (&slot)[N][kRoom], int k, const Dither& dither, Extent extent) {
  if constexpr (N == 1) {
    store(to, slot[0][k], dither, extent);
  } else {
    store_pair(to, {slot[0][k], slot[1][k]}, dither);
  }
}
