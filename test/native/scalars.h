// The one set of scalars that most tests of plans have.
#pragma once

#include <cstring>

#include "runtime/plan.h"

namespace adamax::test {

inline void set_scalars(Plan& plan, const float* scalars, const Clipping& clipping = {}) {
  ScalarSet* const set = plan.sets(1);
  set->clipping = clipping;
  std::memcpy(set->scalars, scalars, sizeof set->scalars);
}

}  // namespace adamax::test
