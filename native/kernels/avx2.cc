// The kernels in AVX2. Nothing in here may run before detection: no static has a constructor.
#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>

#include "kernels/table.h"
#include "kernels/target.h"

ADAMAX_BEGIN_TARGET("avx2")

namespace adamax {
namespace {
#include "kernels/vec_avx2.h"
// The vocabulary comes first.
#include "kernels/rules-inl.h"
}  // namespace

const KernelTable kAvx2 = table_of("avx2");

}  // namespace adamax

ADAMAX_END_TARGET
#endif
