// Arrays that notice what should not be touched, and comparison to the bit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace adamax::test {

// `length` floats that begin `offset` elements after a 64-byte boundary, with guard elements on both sides.
class GuardedArray {
 public:
  GuardedArray(std::size_t length, std::size_t offset)
      : storage_(length + offset + 2 * kGuard + kAlignment, kCanary), length_(length) {
    const auto address = reinterpret_cast<std::uintptr_t>(storage_.data());
    const std::size_t to_boundary = (kAlignment - address / sizeof(float) % kAlignment) % kAlignment;
    first_ = to_boundary + kGuard + offset;
  }

  float* data() { return storage_.data() + first_; }
  const float* data() const { return storage_.data() + first_; }
  std::size_t length() const { return length_; }

  // Whether every element around the array is as it was.
  bool guards_intact() const {
    for (std::size_t i = 0; i < first_; ++i) {
      if (storage_[i] != kCanary) return false;
    }
    for (std::size_t i = first_ + length_; i < storage_.size(); ++i) {
      if (storage_[i] != kCanary) return false;
    }
    return true;
  }

 private:
  static constexpr std::size_t kAlignment = 16;  // floats in 64 bytes
  static constexpr std::size_t kGuard = 32;      // two of the widest vectors; a multiple of kAlignment
  static constexpr float kCanary = -6.25e18f;

  std::vector<float> storage_;
  std::size_t length_;
  std::size_t first_ = 0;
};

inline std::uint32_t bits_of(float x) {
  std::uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  return bits;
}

inline std::uint64_t bits_of(double x) {
  std::uint64_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  return bits;
}

// Equal to the bit, except that any NaN equals any other.
template <class Float>
bool same(Float a, Float b) {
  return a != a || b != b ? a != a && b != b : bits_of(a) == bits_of(b);
}

// Position of the first difference, or `length`.
inline std::size_t first_difference(const float* a, const float* b, std::size_t length) {
  if (length == 0 || std::memcmp(a, b, length * sizeof(float)) == 0) return length;
  std::size_t i = 0;
  while (i < length && same(a[i], b[i])) ++i;
  return i;
}

}  // namespace adamax::test
