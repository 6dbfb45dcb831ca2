// The kernels in plain C++, for any processor of the baseline ABI.
#include <cmath>
#include <cstring>

#include "kernels/table.h"
#include "kernels/target.h"

#if defined(_M_X64) || defined(_M_ARM64)
#include <intrin.h>
#endif

namespace adamax {
namespace {
#include "kernels/vec_portable.h"
// The vocabulary comes first.
#include "kernels/rules-inl.h"
}  // namespace

const KernelTable kPortable = table_of("portable");

}  // namespace adamax
