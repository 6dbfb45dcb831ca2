// The order in which replicas are summed, as lib/distribute/collective/pairwise.ts has it: to the same bits, whatever
// carries the numbers.
#pragma once

#include <cstddef>
#include <cstring>

#if defined(__clang__)
#define ADAMAX_NO_DEPENDENCE _Pragma("clang loop vectorize(assume_safety)")
#else
#define ADAMAX_NO_DEPENDENCE _Pragma("GCC ivdep")
#endif

namespace adamax {

// Sums are taken in chunks whose open subtrees stay in the nearest cache.
inline constexpr std::size_t kChunk = 1024;
// Open subtrees of as many parts as an int can count.
inline constexpr std::size_t kLevels = 32;

// The result may lie where one of the two does: an element is read before it is written, and none is read again.
inline void add_floats(const float* a, const float* b, float* to, std::size_t length) {
  ADAMAX_NO_DEPENDENCE
  for (std::size_t i = 0; i < length; ++i) to[i] = a[i] + b[i];
}

// Sums a chunk of any number of parts by a binary counter: a part of odd number completes as many subtrees as its
// number ends in ones.
inline void add_chunk(const float* const* parts, std::size_t count, std::size_t begin, std::size_t length, float* to) {
  float sums[kLevels][kChunk];
  const float* open[kLevels] = {parts[0] + begin};
  std::size_t depth = 1;
  for (std::size_t part = 1; part < count; ++part) {
    const float* sum = parts[part] + begin;
    for (std::size_t carry = part; carry % 2 == 1; carry /= 2) {
      --depth;
      add_floats(open[depth], sum, sums[depth], length);
      sum = sums[depth];
    }
    open[depth++] = sum;
  }
  const float* total = open[--depth];
  while (depth > 0) {
    --depth;
    add_floats(open[depth], total, sums[depth], length);
    total = sums[depth];
  }
  std::memmove(to, total, length * sizeof(float));
}

// Writes the sum of `count` parts, one at least, to `to`, which may be one of them, and overlaps none of them
// otherwise.
inline void add_pairwise(const float* const* parts, std::size_t count, float* to, std::size_t length) {
  if (count == 2) {
    add_floats(parts[0], parts[1], to, length);
    return;
  }
  if (count == 4) {
    const float *a = parts[0], *b = parts[1], *c = parts[2], *d = parts[3];
    ADAMAX_NO_DEPENDENCE
    for (std::size_t i = 0; i < length; ++i) to[i] = (a[i] + b[i]) + (c[i] + d[i]);
    return;
  }
  for (std::size_t begin = 0; begin < length; begin += kChunk) {
    add_chunk(parts, count, begin, length - begin < kChunk ? length - begin : kChunk, to + begin);
  }
}

}  // namespace adamax

#undef ADAMAX_NO_DEPENDENCE
