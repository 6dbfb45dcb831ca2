// Memory between two pages that may not be touched: one byte too far on either side ends the program.
#pragma once

#include <cstddef>
#include <cstring>

#if !defined(_WIN32)
#include <sys/mman.h>
#include <unistd.h>

namespace adamax::test {

class GuardedPages {
 public:
  explicit GuardedPages(std::size_t bytes) : page_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))) {
    size_ = (bytes + page_ - 1) / page_ * page_;
    void* mapped = mmap(nullptr, size_ + 2 * page_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) return;
    base_ = static_cast<char*>(mapped);
    closed_ = mprotect(base_, page_, PROT_NONE) == 0 && mprotect(base_ + page_ + size_, page_, PROT_NONE) == 0;
  }
  ~GuardedPages() {
    if (base_ != nullptr) munmap(base_, size_ + 2 * page_);
  }
  GuardedPages(const GuardedPages&) = delete;
  GuardedPages& operator=(const GuardedPages&) = delete;

  // Whether the system gave the pages and closed both ends.
  bool ready() const { return closed_; }

  // `count` elements whose last byte is the last before the closed page, or whose first is the first after it.
  template <class T>
  T* place(std::size_t count, bool at_end) {
    char* const begin = base_ + page_;
    return reinterpret_cast<T*>(at_end ? begin + size_ - count * sizeof(T) : begin);
  }

 private:
  std::size_t page_;
  std::size_t size_ = 0;
  char* base_ = nullptr;
  bool closed_ = false;
};

}  // namespace adamax::test
#endif
