// The kernel tables this machine can run.
#pragma once

#include "kernels/table.h"

namespace adamax {

// Tables in ascending order of preference: each entry overwrites the choice before it, so the last one is the default.
struct Tables {
  const KernelTable* available[4];
  int count;

  const KernelTable* best() const { return available[count - 1]; }
  // Returns null when `isa` is unknown or not available here.
  const KernelTable* find(const char* isa) const;
};

// The tables are detected once a process, at the first call.
const Tables& tables();

}  // namespace adamax
