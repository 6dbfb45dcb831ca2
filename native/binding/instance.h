// What one environment (the main thread, or a worker) has of the addon. There is no other mutable state in the process
// but the thread pool (runtime/pool.h).
#pragma once

#include <napi.h>

#include "binding/plan_table.h"
#include "kernels/table.h"
#include "runtime/cores.h"
#include "runtime/index_pool.h"
#include "runtime/pool.h"

namespace adamax {

class Instance {
 public:
  explicit Instance(const KernelTable* best) : table(best) { retain_pool(); }
  ~Instance() { release_pool(); }
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  // The implementation this environment runs.
  const KernelTable* table;
  // Working memory of sparse steps.
  IndexPool indices;
  // Its plans that are alive.
  PlanTable plans;

  // The most threads that a step may use: as many as were set, or as there are cores to use. The system is asked at the
  // first step.
  std::size_t threads() {
    if (threads_ == 0) threads_ = usable_cores();
    return threads_;
  }
  void set_threads(std::size_t threads) { threads_ = threads; }

  // Tells the collector of `env` what its objects hold outside of its heap, so that it does not take them for small.
  void report_indices(napi_env env) {
    const std::size_t bytes = indices.bytes();
    if (bytes == reported_) return;
    report_memory(env, reported_, bytes);
    reported_ = bytes;
  }
  static void report_memory(napi_env env, std::size_t before, std::size_t now) {
    std::int64_t total = 0;
    napi_adjust_external_memory(env, static_cast<std::int64_t>(now) - static_cast<std::int64_t>(before), &total);
  }

 private:
  std::size_t threads_ = 0;
  std::size_t reported_ = 0;
};

inline Instance& instance_of(Napi::Env env) { return *env.GetInstanceData<Instance>(); }

// Each adds its part of the exports.
void export_digest(Napi::Env env, Napi::Object exports);
void export_kernels(Napi::Env env, Napi::Object exports);
void export_plan(Napi::Env env, Napi::Object exports);
void export_settings(Napi::Env env, Napi::Object exports);

}  // namespace adamax
