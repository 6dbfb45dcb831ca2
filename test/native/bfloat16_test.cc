// Dithering and widening of bfloat16 in each vocabulary, by itself: rules store no subnormals, so their tests cannot
// show what becomes of one.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <iterator>
#include <string>
#include <vector>

#include "arrays.h"
#include "cases.h"
#include "check.h"
#include "kernels/table.h"
#include "kernels/target.h"
#include "runtime/tables.h"
#include "tests.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#if defined(__GNUC__) && !defined(__clang__)
// As in kernels/avx512.cc.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif

namespace adamax::test {
namespace {

// Through vectors: one after another, pair after pair, or the first `count` elements of one.
#define ADAMAX_THROUGH_VECTORS                                                                            \
  void dither_all(Bfloat16* to, const float* from, std::size_t count, std::uint32_t dither) {             \
    for (std::size_t i = 0; i < count; i += kWidth) {                                                     \
      store(to + i, load(from + i, Whole{}), dither_of(dither), Whole{});                                 \
    }                                                                                                     \
  }                                                                                                       \
  void widen_all(float* to, const Bfloat16* from, std::size_t count) {                                    \
    for (std::size_t i = 0; i < count; i += kWidth) store(to + i, load(from + i, Whole{}), Whole{});      \
  }                                                                                                       \
  void dither_pairs(Bfloat16* to, const float* from, std::size_t count, std::uint32_t dither) {           \
    for (std::size_t i = 0; i < count; i += 2 * kWidth) {                                                 \
      store_pair(to + i, {load(from + i, Whole{}), load(from + i + kWidth, Whole{})}, dither_of(dither)); \
    }                                                                                                     \
  }                                                                                                       \
  void widen_pairs(float* to, const Bfloat16* from, std::size_t count) {                                  \
    for (std::size_t i = 0; i < count; i += 2 * kWidth) {                                                 \
      const Pair pair = load_pair(from + i);                                                              \
      store(to + i, pair.first, Whole{});                                                                 \
      store(to + i + kWidth, pair.second, Whole{});                                                       \
    }                                                                                                     \
  }                                                                                                       \
  void dither_part(Bfloat16* to, const float* from, std::size_t count, std::uint32_t dither) {            \
    store(to, load(from, Tail{count}), dither_of(dither), Tail{count});                                   \
  }                                                                                                       \
  void widen_part(float* to, const Bfloat16* from, std::size_t count) {                                   \
    store(to, load(from, Tail{count}), Tail{count});                                                      \
  }                                                                                                       \
  constexpr Way kSingly = {dither_all, widen_all}, kByPairs = {dither_pairs, widen_pairs},                \
                kPart = {dither_part, widen_part};

struct Way {
  void (*dither)(Bfloat16* to, const float* from, std::size_t count, std::uint32_t dither);
  void (*widen)(float* to, const Bfloat16* from, std::size_t count);
};

struct Vocabulary {
  const char* isa;
  std::size_t width;
  Way singly, by_pairs, part;
};

namespace portable {
#include "kernels/vec_portable.h"
ADAMAX_THROUGH_VECTORS
constexpr Vocabulary kVocabulary = {"portable", kWidth, kSingly, kByPairs, kPart};
}  // namespace portable

#if defined(__x86_64__)
ADAMAX_BEGIN_TARGET("avx2")
namespace avx2 {
#include "kernels/vec_avx2.h"
ADAMAX_THROUGH_VECTORS
constexpr Vocabulary kVocabulary = {"avx2", kWidth, kSingly, kByPairs, kPart};
}  // namespace avx2
ADAMAX_END_TARGET

ADAMAX_BEGIN_TARGET("avx512f,avx512dq,avx512bw")
namespace avx512 {
#include "kernels/vec_avx512.h"
ADAMAX_THROUGH_VECTORS
constexpr Vocabulary kVocabulary = {"avx512", kWidth, kSingly, kByPairs, kPart};
}  // namespace avx512
ADAMAX_END_TARGET
constexpr const Vocabulary* kVocabularies[] = {&portable::kVocabulary, &avx2::kVocabulary, &avx512::kVocabulary};
#elif defined(__aarch64__)
namespace neon {
#include "kernels/vec_neon.h"
ADAMAX_THROUGH_VECTORS
constexpr Vocabulary kVocabulary = {"neon", kWidth, kSingly, kByPairs, kPart};
}  // namespace neon
constexpr const Vocabulary* kVocabularies[] = {&portable::kVocabulary, &neon::kVocabulary};
#else
constexpr const Vocabulary* kVocabularies[] = {&portable::kVocabulary};
#endif

constexpr std::size_t kPatterns = 0x10000;

// None, all, and what lies between.
constexpr std::uint32_t kDithers[] = {0, 1, 0x3c6e, 0x7fff, 0x8000, 0x9e37, 0xfffe, 0xffff};

// What may stand below the bits that are kept: what just carries with `dither`, its neighbours, and others.
std::vector<std::uint32_t> lower_halves(std::uint32_t dither) {
  std::vector<std::uint32_t> lower = {0, 1, 2, 0x7fff, 0x8000, 0x8001, 0xfffe, 0xffff};
  for (std::uint32_t more = 0; more < 3; ++more) lower.push_back((0x10000 - dither + more - 1) % 0x10000);
  Random random(kSeed);
  while (lower.size() < 16) lower.push_back(static_cast<std::uint32_t>(random.below(0x10000)));
  return lower;
}

// Every sign, exponent and kept bit of the fraction.
void run_dithering(const Way& way, std::uint32_t dither) {
  std::vector<float> numbers(kPatterns);
  std::vector<Bfloat16> got(kPatterns);
  for (const std::uint32_t lower : lower_halves(dither)) {
    for (std::uint32_t upper = 0; upper < kPatterns; ++upper) {
      const std::uint32_t bits = (upper << 16) | lower;
      std::memcpy(&numbers[upper], &bits, 4);
    }
    way.dither(got.data(), numbers.data(), kPatterns, dither);
    for (std::uint32_t upper = 0; upper < kPatterns; ++upper) {
      const std::uint16_t want = oracle::to_bfloat16(numbers[upper], dither);
      report().expect(got[upper].bits == want, "%04x%04x becomes %04x by %04x, want %04x", upper, lower,
                      got[upper].bits, dither, want);
    }
  }
}

// To the bit, NaN too: nothing is lost of what is stored, and what has been stored stays as it is.
void run_widening(const Way& way) {
  std::vector<Bfloat16> all(kPatterns), back(kPatterns);
  std::vector<float> got(kPatterns);
  for (std::uint32_t bits = 0; bits < kPatterns; ++bits) all[bits].bits = static_cast<std::uint16_t>(bits);
  way.widen(got.data(), all.data(), kPatterns);
  for (std::uint32_t bits = 0; bits < kPatterns; ++bits) {
    report().expect(bits_of(got[bits]) == bits << 16, "%04x becomes %08x", bits, bits_of(got[bits]));
    report().expect(same(got[bits], oracle::from_bfloat16(all[bits].bits)), "%04x becomes %a", bits, got[bits]);
  }
  for (const std::uint32_t dither : kDithers) {
    way.dither(back.data(), got.data(), kPatterns, dither);
    for (std::uint32_t bits = 0; bits < kPatterns; ++bits) {
      const std::uint32_t want = std::isnan(got[bits]) ? bits | 0x40 : bits;
      report().expect(back[bits].bits == want, "%04x comes back as %04x by %04x", bits, back[bits].bits, dither);
    }
  }
}

// The first `count` of a vector, and nothing around them.
void run_parts(const Vocabulary& vocabulary) {
  Random random(kSeed);
  for (std::size_t count = 1; count <= std::max<std::size_t>(vocabulary.width - 1, 1); ++count) {
    for (std::size_t offset = 0; offset < kOffsets; ++offset) {
      GuardedArray numbers(count, offset), widened(count, offset);
      Guarded<std::uint16_t> stored(count, (offset + 3) % kOffsets);
      fill(numbers.data(), count, Inputs::kSpecial, random);
      const auto elements = reinterpret_cast<Bfloat16*>(stored.data());
      const std::uint32_t dither = kDithers[offset % std::size(kDithers)];
      vocabulary.part.dither(elements, numbers.data(), count, dither);
      vocabulary.part.widen(widened.data(), elements, count);
      for (std::size_t i = 0; i < count; ++i) {
        const std::uint16_t want = oracle::to_bfloat16(numbers.data()[i], dither);
        report().expect(stored.data()[i] == want, "%zu of %zu is %04x, want %04x", i, count, stored.data()[i], want);
        report().expect(bits_of(widened.data()[i]) == std::uint32_t{want} << 16, "%zu of %zu widens to %a", i, count,
                        widened.data()[i]);
      }
      report().expect(stored.guards_intact() && widened.guards_intact(), "wrote beyond %zu elements", count);
    }
  }
}

// Some cases by hand, for the oracle as well.
void run_known() {
  const auto expect = [](float x, std::uint32_t dither, std::uint16_t want) {
    const std::uint16_t got = oracle::to_bfloat16(x, dither);
    report().expect(got == want, "%a becomes %04x by %04x, want %04x", x, got, dither, want);
  };
  expect(0.0f, 0xffff, 0x0000);
  expect(-0.0f, 0xffff, 0x8000);
  expect(1.0f, 0xffff, 0x3f80);
  expect(0x1.01p0f, 0x7fff, 0x3f80);  // halfway to 0x3f81
  expect(0x1.01p0f, 0x8000, 0x3f81);
  expect(-0x1.01p0f, 0x8000, 0xbf81);  // away from zero on both sides of it
  expect(0x1.000002p0f, 0xfffe, 0x3f80);
  expect(0x1.000002p0f, 0xffff, 0x3f81);
  expect(0x1.01fffep0f, 0, 0x3f80);
  expect(0x1.01fffep0f, 1, 0x3f81);
  expect(-0x1.ffp0f, 0x8000, 0xc000);   // carries into the exponent
  expect(0x1.fep127f, 0xffff, 0x7f7f);  // the largest number there is
  expect(0x1.fffffep127f, 0, 0x7f7f);
  expect(0x1.fffffep127f, 1, 0x7f80);
  expect(-0x1.ffp127f, 0x8000, 0xff80);
  expect(0x1p-133f, 0, 0x0001);  // the least of all
  expect(0x1p-134f, 0x7fff, 0x0000);
  expect(0x1p-134f, 0x8000, 0x0001);
  expect(0x1p-127f, 0, 0x0040);
  expect(-0x1p-149f, 0, 0x8000);
  expect(-0x1p-149f, 0xffff, 0x8001);
  expect(0x1.fep-127f, 0x7fff, 0x007f);  // halfway from the largest subnormal to the least normal number
  expect(0x1.fep-127f, 0x8000, 0x0080);
  expect(INFINITY, 0xffff, 0x7f80);
  report().expect(oracle::from_bfloat16(0x3e9a) == 0x1.34p-2f, "3e9a is %a", oracle::from_bfloat16(0x3e9a));
  report().expect(oracle::from_bfloat16(0x8001) == -0x1p-133f, "8001 is %a", oracle::from_bfloat16(0x8001));
}

}  // namespace

void test_bfloat16() {
  report().test("bfloat16 by hand", run_known);
  for (const Vocabulary* vocabulary : kVocabularies) {
    if (tables().find(vocabulary->isa) == nullptr) continue;
    const std::string name = std::string(vocabulary->isa) + " bfloat16";
    for (const Way& way : {vocabulary->singly, vocabulary->by_pairs}) {
      const std::string by = way.dither == vocabulary->singly.dither ? "" : " by pairs";
      report().test(name + " dithers" + by, [&] {
        for (const std::uint32_t dither : kDithers) run_dithering(way, dither);
      });
      report().test(name + " widens exactly" + by, [&] { run_widening(way); });
    }
    report().test(name + " parts of a vector", [&] { run_parts(*vocabulary); });
  }
}

}  // namespace adamax::test
