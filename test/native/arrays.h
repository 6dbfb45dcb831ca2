// Arrays that notice what should not be touched, and comparison to the bit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <vector>

#include "kernels/table.h"
#include "oracle.h"

namespace adamax::test {

// `length` elements that begin `offset` elements after a 64-byte boundary, with guard elements on both sides.
template <class T>
class Guarded {
 public:
  Guarded(std::size_t length, std::size_t offset)
      : storage_(length + offset + 2 * kGuard + kAlignment, kCanary), length_(length) {
    const auto address = reinterpret_cast<std::uintptr_t>(storage_.data());
    const std::size_t to_boundary = (kAlignment - address / sizeof(T) % kAlignment) % kAlignment;
    first_ = to_boundary + kGuard + offset;
  }

  T* data() { return storage_.data() + first_; }
  const T* data() const { return storage_.data() + first_; }
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
  static constexpr std::size_t kAlignment = 64 / sizeof(T);
  static constexpr std::size_t kGuard = 2 * kAlignment;  // two of the widest vectors
  static constexpr T kCanary = static_cast<T>(std::is_same_v<T, float> ? -6.25e18f : 0xdeadp0f);

  std::vector<T> storage_;
  std::size_t length_;
  std::size_t first_ = 0;
};
using GuardedArray = Guarded<float>;

// A slot, guarded the same way.
class SlotArray {
 public:
  SlotArray(SlotFormat format, std::size_t length, std::size_t offset)
      : narrow_(format == SlotFormat::kBfloat16),
        floats_(narrow_ ? 0 : length, offset),
        bfloat16s_(narrow_ ? length : 0, offset) {}

  void* data() { return narrow_ ? static_cast<void*>(bfloat16s_.data()) : floats_.data(); }
  const void* data() const { return narrow_ ? static_cast<const void*>(bfloat16s_.data()) : floats_.data(); }
  std::size_t length() const { return floats_.length() + bfloat16s_.length(); }
  std::size_t bytes() const { return floats_.length() * sizeof(float) + bfloat16s_.length() * sizeof(std::uint16_t); }
  bool guards_intact() const { return floats_.guards_intact() && bfloat16s_.guards_intact(); }

  // Rounds halves away from zero.
  void set(std::size_t i, float x) { oracle::Slot{data(), narrow_}.set(i, x, 0x8000); }
  float operator[](std::size_t i) const {
    return narrow_ ? oracle::from_bfloat16(bfloat16s_.data()[i]) : floats_.data()[i];
  }

 private:
  bool narrow_;
  Guarded<float> floats_;
  Guarded<std::uint16_t> bfloat16s_;
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

inline std::size_t first_difference(const SlotArray& a, const SlotArray& b) {
  if (a.bytes() == 0 || std::memcmp(a.data(), b.data(), a.bytes()) == 0) return a.length();
  std::size_t i = 0;
  while (i < a.length() && same(a[i], b[i])) ++i;
  return i;
}

}  // namespace adamax::test
