// The kernels in NEON, which every AArch64 processor has.
#if defined(__aarch64__) || defined(_M_ARM64)
#include <arm_neon.h>
#if defined(_M_ARM64)
#include <intrin.h>
#endif

#include "kernels/table.h"
#include "kernels/target.h"

namespace adamax {
namespace {
#include "kernels/vec_neon.h"
// The vocabulary comes first.
#include "kernels/rules-inl.h"
}  // namespace

const KernelTable kNeon = table_of("neon");

}  // namespace adamax
#endif
