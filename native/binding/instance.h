// What one environment (the main thread, or a worker) has of the addon. There is no other mutable state in the process
// but the thread pool (runtime/pool.h).
#pragma once

#include <napi.h>

#include "kernels/table.h"
#include "runtime/cores.h"
#include "runtime/pool.h"
#include "runtime/row_index.h"

namespace adamax {

class Instance {
 public:
  explicit Instance(const KernelTable* best) : table(best) { retain_pool(); }
  ~Instance() { release_pool(); }
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  // The implementation this environment runs.
  const KernelTable* table;
  // Working memory of the bare sparse kernel.
  RowIndex rows;

  // Most threads of a step: as many as were set, or as there are cores to use. The system is asked at the first step.
  std::size_t threads() {
    if (threads_ == 0) threads_ = usable_cores();
    return threads_;
  }
  void set_threads(std::size_t threads) { threads_ = threads; }

 private:
  std::size_t threads_ = 0;
};

inline Instance& instance_of(Napi::Env env) { return *env.GetInstanceData<Instance>(); }

// Each adds its part of the exports.
void export_kernels(Napi::Env env, Napi::Object exports);
void export_plan(Napi::Env env, Napi::Object exports);

}  // namespace adamax
