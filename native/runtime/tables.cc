#include "runtime/tables.h"

#include <cstring>

#include "runtime/cpu.h"

namespace adamax {
namespace {

Tables detect() {
  Tables t{};
  const auto offer = [&t](const KernelTable& table) { t.available[t.count++] = &table; };
  offer(kPortable);
#if defined(__x86_64__) || defined(_M_X64)
  const CpuFeatures cpu = detect_cpu();
  if (cpu.avx2) offer(kAvx2);
  if (cpu.avx512) offer(kAvx512);
#elif defined(__aarch64__) || defined(_M_ARM64)
  offer(kNeon);
#endif
  return t;
}

}  // namespace

const KernelTable* Tables::find(const char* isa) const {
  for (int i = 0; i < count; ++i) {
    if (std::strcmp(available[i]->isa, isa) == 0) return available[i];
  }
  return nullptr;
}

const Tables& tables() {
  static const Tables detected = detect();
  return detected;
}

}  // namespace adamax
