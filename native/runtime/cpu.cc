// This file is compiled with the baseline flags only, like everything outside the regions of native/kernels: whatever
// runs before the answer is known must run everywhere. __builtin_cpu_supports is not used, since not every linker has
// its data.
#include "runtime/cpu.h"

#include <cstdint>

#if defined(__x86_64__) || defined(_M_X64)
#if defined(_MSC_VER)
#include <intrin.h>
#else
#include <cpuid.h>
#endif

namespace adamax {
namespace {

struct Registers {
  std::uint32_t eax, ebx, ecx, edx;
};

Registers cpuid(std::uint32_t leaf) {
  Registers r{};
#if defined(_MSC_VER)
  int out[4];
  __cpuidex(out, static_cast<int>(leaf), 0);
  r = {static_cast<std::uint32_t>(out[0]), static_cast<std::uint32_t>(out[1]), static_cast<std::uint32_t>(out[2]),
       static_cast<std::uint32_t>(out[3])};
#else
  __cpuid_count(leaf, 0, r.eax, r.ebx, r.ecx, r.edx);
#endif
  return r;
}

// Extended control register 0: the register state that the operating system saves on a context switch.
std::uint64_t xcr0() {
#if defined(_MSC_VER)
  return _xgetbv(0);
#else
  std::uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (static_cast<std::uint64_t>(high) << 32) | low;
#endif
}

constexpr bool all(std::uint64_t word, std::uint64_t bits) { return (word & bits) == bits; }

// Intel SDM volume 2, CPUID; volume 1, sections 14.3 and 15.2 (detection of AVX2 and AVX-512).
constexpr std::uint32_t kOsxsaveAndAvx = (1u << 27) | (1u << 28);        // leaf 1, ECX
constexpr std::uint32_t kAvx2 = 1u << 5;                                 // leaf 7, EBX
constexpr std::uint32_t kAvx512 = (1u << 16) | (1u << 17) | (1u << 30);  // leaf 7, EBX: F, DQ, BW
constexpr std::uint64_t kXmmAndYmm = 0x06;                               // XCR0
constexpr std::uint64_t kOpmaskAndZmm = 0xe0;                            // XCR0

}  // namespace

CpuFeatures detect_cpu() {
  if (cpuid(0).eax < 7) return {false, false};
  if (!all(cpuid(1).ecx, kOsxsaveAndAvx)) return {false, false};
  const std::uint64_t saved = xcr0();
  const std::uint32_t extended = cpuid(7).ebx;
  const bool avx2 = all(saved, kXmmAndYmm) && all(extended, kAvx2);
  return {avx2, avx2 && all(saved, kOpmaskAndZmm) && all(extended, kAvx512)};
}

}  // namespace adamax

#else

namespace adamax {

CpuFeatures detect_cpu() { return {false, false}; }

}  // namespace adamax

#endif
