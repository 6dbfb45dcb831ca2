// The allocation operators of the binaries for macOS. zig's linker exports whatever is not hidden, the operators of its
// C++ library too, and dyld would then mix them with those of other libraries. Where these are, the library's are not
// linked. An operator that must not return null ends the process without memory, as an exception would that nobody
// catches; the addon itself asks for memory by the others.
#include <cstddef>
#include <cstdlib>
#include <new>

void* operator new(std::size_t size, const std::nothrow_t& /*unused*/) noexcept {
  return std::malloc(size == 0 ? 1 : size);
}

void* operator new[](std::size_t size, const std::nothrow_t& /*unused*/) noexcept {
  return operator new(size, std::nothrow);
}

void* operator new(std::size_t size) {
  void* const memory = operator new(size, std::nothrow);
  if (memory == nullptr) std::abort();
  return memory;
}

void* operator new[](std::size_t size) { return operator new(size); }

void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t /*unused*/) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t /*unused*/) noexcept { std::free(memory); }
