// Takes blocks of words into the lanes of a digest: word i of a block goes to lane i of two rows, which mix
// differently. A step, and so the whole, can be undone in the word as in the lane. TypeScript twin:
// lib/backend/digest-blocks.ts, which says what it is good for. All is arithmetic modulo 2^32, so that every
// implementation gives the same lanes.
//
// It is bound by the multiplications, of which there are two a word, and beyond the caches by the reads.

inline constexpr std::size_t kRowVectors = kDigestLanes / kWidth;

ADAMAX_INLINE Words mixed_by_first(Words lane, Words word) {
  const Words product = (lane ^ word) * broadcast_word(0x9e3779b1);
  return product ^ shifted_right<15>(product);
}
ADAMAX_INLINE Words mixed_by_second(Words lane, Words word) {
  const Words product = (lane + word) * broadcast_word(0x85ebca77);
  return product ^ shifted_right<13>(product);
}

void digest(std::uint32_t* lanes, const std::uint32_t* words, std::size_t blocks) {
  // The rows stay in registers as long as the loop goes on.
  Words first[kRowVectors], second[kRowVectors];
  for (std::size_t k = 0; k < kRowVectors; ++k) {
    first[k] = load_words(lanes + k * kWidth);
    second[k] = load_words(lanes + kDigestLanes + k * kWidth);
  }
  for (; blocks > 0; --blocks, words += kDigestLanes) {
    for (std::size_t k = 0; k < kRowVectors; ++k) {
      const Words word = load_words(words + k * kWidth);
      first[k] = mixed_by_first(first[k], word);
      second[k] = mixed_by_second(second[k], word);
    }
  }
  for (std::size_t k = 0; k < kRowVectors; ++k) {
    store_words(lanes + k * kWidth, first[k]);
    store_words(lanes + kDigestLanes + k * kWidth, second[k]);
  }
}
