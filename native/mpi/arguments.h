// These functions turn what JavaScript posts into jobs. Each checks kind and liveness; on a mismatch it leaves a
// JavaScript exception pending.
#pragma once

#include <node_api.h>

#include <cstdint>
#include <memory>

#include "mpi/queue.h"

namespace adamax {

// Of each exchange a list has so many items: its kind, `from`, `to`, and its borders or null.
inline constexpr std::uint32_t kItems = 4;

// Reads a list of exchanges between `size` replicas. Returns null with an exception pending.
std::unique_ptr<Job> read_job(napi_env env, napi_value list, int size);

// Whether the memory of an array that is written has gone since the list was read: then what has arrived is elsewhere.
bool has_lost(napi_env env, napi_value list, const Job& job);

// Leaves an error with a code pending.
void fail(napi_env env, const char* code, const char* message);

}  // namespace adamax
