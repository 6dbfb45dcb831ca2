// What this processor *and* its operating system let a program use.
#pragma once

namespace adamax {

struct CpuFeatures {
  // AVX2, with YMM state saved by the operating system.
  bool avx2;
  // AVX-512 F, DQ and BW, with opmask and ZMM state saved too.
  bool avx512;
};

// Asks the processor. CPUID may trap into a hypervisor (microseconds), so ask once.
CpuFeatures detect_cpu();

}  // namespace adamax
