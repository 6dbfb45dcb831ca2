// The digest against its equations, in 64 bits and a remainder: at every offset, and between closed pages.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "cases.h"
#include "check.h"
#include "page_guard.h"
#include "tests.h"

namespace adamax::test {
namespace {

constexpr std::size_t kBlockCounts[] = {0, 1, 2, 3, 31, 32, 33, 257, 4096};
using Words = std::vector<std::uint32_t>;

Words draw_words(std::size_t count, Random& random) {
  Words words(count);
  for (std::uint32_t& word : words) word = static_cast<std::uint32_t>(random.next() >> 32);
  return words;
}

void by_oracle(Words* lanes, const Words& words) {
  constexpr std::uint64_t kModulus = std::uint64_t{1} << 32;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::uint64_t word = words[i], first = (*lanes)[i % 32], second = (*lanes)[32 + i % 32];
    const std::uint64_t a = (first ^ word) * 2654435761 % kModulus;
    const std::uint64_t b = (second + word) % kModulus * 2246822519 % kModulus;
    (*lanes)[i % 32] = static_cast<std::uint32_t>(a ^ a / 32768);
    (*lanes)[32 + i % 32] = static_cast<std::uint32_t>(b ^ b / 8192);
  }
}

void run(const KernelTable& table, std::size_t blocks, std::size_t offset) {
  Random random(kSeed + blocks * kOffsets + offset);
  const Words words = draw_words(blocks * kDigestLanes, random);
  Words want = draw_words(2 * kDigestLanes, random);
  Words got(offset + want.size()), placed(offset + words.size());
  std::copy(want.begin(), want.end(), got.data() + offset);
  std::copy(words.begin(), words.end(), placed.data() + offset);
  by_oracle(&want, words);
  table.digest(got.data() + offset, placed.data() + offset, blocks);
  report().expect(std::equal(want.begin(), want.end(), got.data() + offset), "lanes differ; %zu blocks, offset %zu",
                  blocks, offset);
}

#if !defined(_WIN32)
void run_guarded(const KernelTable& table, std::size_t blocks, bool at_end) {
  Random random(kSeed + blocks);
  const Words words = draw_words(blocks * kDigestLanes, random);
  Words want = draw_words(2 * kDigestLanes, random);
  GuardedPages word_pages(words.size() * sizeof(std::uint32_t)), lane_pages(want.size() * sizeof(std::uint32_t));
  if (!report().expect(word_pages.ready() && lane_pages.ready(), "cannot map pages")) return;
  auto* const placed = word_pages.place<std::uint32_t>(words.size(), at_end);
  auto* const lanes = lane_pages.place<std::uint32_t>(want.size(), at_end);
  if (!words.empty()) std::memcpy(placed, words.data(), words.size() * sizeof(std::uint32_t));
  std::memcpy(lanes, want.data(), want.size() * sizeof(std::uint32_t));
  by_oracle(&want, words);
  table.digest(lanes, placed, blocks);
  report().expect(Words(lanes, lanes + want.size()) == want, "lanes differ; %zu blocks", blocks);
}
#endif

}  // namespace

void test_digest_blocks(const KernelTable& table) {
  const std::string name = std::string(table.isa) + " digest of blocks";
  report().test(name, [&] {
    for (std::size_t blocks : kBlockCounts) {
      for (std::size_t offset = 0; offset < kOffsets; ++offset) run(table, blocks, offset);
    }
  });
#if !defined(_WIN32)
  report().test(name + " touches nothing beyond", [&] {
    for (std::size_t blocks : kBlockCounts) {
      for (bool at_end : {false, true}) run_guarded(table, blocks, at_end);
    }
  });
#endif
}

}  // namespace adamax::test
