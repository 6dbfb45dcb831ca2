// A growing array that reports a lack of memory instead of ending the process, as std::vector would without exceptions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <type_traits>

namespace adamax {

template <class T>
class Buffer {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>,
                "elements are moved by realloc");

 public:
  Buffer() = default;
  ~Buffer() { std::free(data_); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  // Makes room for `count` elements and keeps those that are there. Returns false when there is no memory.
  bool reserve(std::size_t count) {
    if (count <= capacity_) return true;
    if (count > SIZE_MAX / sizeof(T)) return false;
    void* grown = std::realloc(data_, count * sizeof(T));
    if (grown == nullptr) return false;
    data_ = static_cast<T*>(grown);
    capacity_ = count;
    return true;
  }

  // Makes room for one more behind `size` elements, in steps that double. It begins with few, since most plans are of
  // few variables, and the memory of a plan that nobody has any more is not freed before the event loop turns.
  bool make_room(std::size_t size) { return size < capacity_ || reserve(size < 1 ? 1 : 2 * size); }

  T* data() { return data_; }
  const T* data() const { return data_; }
  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }
  std::size_t bytes() const { return capacity_ * sizeof(T); }

 private:
  T* data_ = nullptr;
  std::size_t capacity_ = 0;
};

}  // namespace adamax
