// The kernels in AVX-512 (F, DQ, BW). Nothing in here may run before detection: no static has a constructor.
#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>

#include "kernels/table.h"
#include "kernels/target.h"

#if defined(__GNUC__) && !defined(__clang__)
// GCC's own intrinsics start from a value they leave undefined on purpose (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

ADAMAX_BEGIN_TARGET("avx512f,avx512dq,avx512bw")

namespace adamax {
namespace {
#include "kernels/vec_avx512.h"
// The vocabulary comes first.
#include "kernels/rules-inl.h"
}  // namespace

const KernelTable kAvx512 = table_of("avx512");

}  // namespace adamax

ADAMAX_END_TARGET
#endif
