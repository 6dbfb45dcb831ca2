// What one environment (the main thread, or a worker) has of the addon. There is no other mutable state in the process
// but the thread pool (runtime/pool.h).
#pragma once

#include <napi.h>

#include "kernels/table.h"
#include "runtime/row_index.h"

namespace adamax {

struct Instance {
  // The implementation this environment runs.
  const KernelTable* table;
  // Working memory of the bare sparse kernel.
  RowIndex rows;
};

inline Instance& instance_of(Napi::Env env) { return *env.GetInstanceData<Instance>(); }

// Each adds its part of the exports.
void export_kernels(Napi::Env env, Napi::Object exports);
void export_plan(Napi::Env env, Napi::Object exports);

}  // namespace adamax
