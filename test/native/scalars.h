// The one set of scalars that most tests of plans have.
#pragma once

#include "runtime/plan.h"

namespace adamax::test {

inline void set_scalars(Plan& plan, const Scalars& scalars, const Clipping& clipping = {}) {
  ScalarSet* const set = plan.sets(1);
  set->clipping = clipping;
  set->scalars = scalars;
}

}  // namespace adamax::test
