#include "mpi/arguments.h"

#include <cstdint>
#include <cstdio>
#include <new>

namespace adamax {
namespace {

struct View {
  char* data = nullptr;
  std::size_t length = 0;
};

bool fail_item(napi_env env, const char* code, const char* name, const char* expected) {
  char message[160];
  std::snprintf(message, sizeof message, "%s must be %s: received another", name, expected);
  fail(env, code, message);
  return false;
}

bool fail_type(napi_env env, const char* name, const char* expected) {
  return fail_item(env, "ERR_ADAMAX_ARG_TYPE", name, expected);
}

// Buffers of shared memory are never detached, and are no ArrayBuffers to Node-API.
bool is_detached(napi_env env, napi_value buffer) {
  bool detached = false;
  return napi_is_detached_arraybuffer(env, buffer, &detached) == napi_ok && detached;
}

bool read_view(napi_env env, napi_value value, napi_typedarray_type type, const char* name, View* view) {
  napi_typedarray_type received{};
  void* data = nullptr;
  napi_value buffer = nullptr;
  if (napi_get_typedarray_info(env, value, &received, &view->length, &data, &buffer, nullptr) != napi_ok ||
      received != type) {
    return fail_type(env, name, type == napi_uint8_array ? "a Uint8Array" : "a Float32Array");
  }
  view->data = static_cast<char*>(data);
  if (view->length > 0 || !is_detached(env, buffer)) return true;
  return fail_item(env, "ERR_ADAMAX_DETACHED", name, "a view on live memory");
}

// Reads `size` + 1 borders, from 0 up to `length`, which never decrease.
bool read_borders(napi_env env, napi_value value, std::size_t size, std::size_t length, std::size_t* borders) {
  double before = 0;
  for (std::size_t i = 0; i <= size; ++i) {
    napi_value item = nullptr;
    double border = -1;
    const bool good = napi_get_element(env, value, static_cast<std::uint32_t>(i), &item) == napi_ok &&
                      napi_get_value_double(env, item, &border) == napi_ok && border >= before &&
                      border <= static_cast<double>(length) && (i > 0 || border == 0);
    if (!good) return fail_type(env, "borders", "numbers that never decrease, from 0 up to the length of the array");
    before = border;
    borders[i] = static_cast<std::size_t>(border);
  }
  return borders[size] == length || fail_type(env, "borders", "numbers of which the last is the length of the array");
}

bool overlap(const View& from, const View& to) {
  const std::size_t bytes = from.length * sizeof(float);
  return from.data != to.data && from.data < to.data + bytes && to.data < from.data + bytes;
}

bool read_exchange(napi_env env, const napi_value* items, std::size_t size, std::size_t* borders, Exchange* exchange) {
  std::uint32_t kind = 0;
  napi_get_value_uint32(env, items[0], &kind);
  exchange->kind = static_cast<Exchange::Kind>(kind);
  View from, to;
  if (exchange->kind == Exchange::Kind::kGather) {
    if (!read_view(env, items[2], napi_uint8_array, "bytes", &to)) return false;
  } else {
    if (!read_view(env, items[1], napi_float32_array, "from", &from) ||
        !read_view(env, items[2], napi_float32_array, "to", &to)) {
      return false;
    }
    if (from.length != to.length) return fail_item(env, "ERR_ADAMAX_LENGTH", "to", "as long as from");
    if (overlap(from, to)) return fail_item(env, "ERR_ADAMAX_OVERLAP", "to", "the same array as from, or apart");
  }
  exchange->from = from.data;
  exchange->to = to.data;
  exchange->length = to.length;
  if (exchange->kind == Exchange::Kind::kSum) return true;
  exchange->borders = borders;
  return read_borders(env, items[3], size, to.length, borders);
}

}  // namespace

void fail(napi_env env, const char* code, const char* message) { napi_throw_type_error(env, code, message); }

std::unique_ptr<Job> read_job(napi_env env, napi_value list, int size) {
  std::uint32_t items = 0;
  if (napi_get_array_length(env, list, &items) != napi_ok || items % kItems != 0) {
    fail_type(env, "exchanges", "a list of exchanges");
    return nullptr;
  }
  const std::size_t count = items / kItems;
  const std::size_t stride = static_cast<std::size_t>(size) + 1;
  std::unique_ptr<Job> job(new (std::nothrow) Job(Job::Kind::kExchange));
  if (job) {
    job->exchanges.reset(new (std::nothrow) Exchange[count]);
    job->borders.reset(new (std::nothrow) std::size_t[count * stride]);
  }
  if (!job || !job->exchanges || !job->borders) {
    napi_throw_range_error(env, "ERR_ADAMAX_MEMORY", "no memory for exchanges: received a request for some");
    return nullptr;
  }
  job->count = count;
  for (std::size_t i = 0; i < count; ++i) {
    napi_value of[kItems];
    for (std::uint32_t k = 0; k < kItems; ++k) {
      if (napi_get_element(env, list, static_cast<std::uint32_t>(i) * kItems + k, &of[k]) != napi_ok) return nullptr;
    }
    std::size_t* const borders = job->borders.get() + i * stride;
    if (!read_exchange(env, of, stride - 1, borders, &job->exchanges[i])) return nullptr;
  }
  return job;
}

bool has_lost(napi_env env, napi_value list, const Job& job) {
  for (std::size_t i = 0; i < job.count; ++i) {
    napi_value to = nullptr;
    std::size_t length = 0;
    if (napi_get_element(env, list, static_cast<std::uint32_t>(i) * kItems + 2, &to) != napi_ok ||
        napi_get_typedarray_info(env, to, nullptr, &length, nullptr, nullptr, nullptr) != napi_ok ||
        length != job.exchanges[i].length) {
      return true;
    }
  }
  return false;
}

}  // namespace adamax
