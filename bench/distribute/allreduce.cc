// MPI's own all-reduce as a function of JavaScript, for the bench to compare with. adamax_mpi.node has started MPI, by
// a thread of its own which does nothing while this runs.
#include <mpi.h>
#include <node_api.h>

#include <algorithm>
#include <cstddef>

namespace {

struct Floats {
  float* data = nullptr;
  std::size_t length = 0;
};

Floats floats_of(napi_env env, napi_value value) {
  Floats floats;
  void* data = nullptr;
  napi_typedarray_type type = napi_uint8_array;
  if (napi_get_typedarray_info(env, value, &type, &floats.length, &data, nullptr, nullptr) != napi_ok ||
      type != napi_float32_array) {
    return {};
  }
  floats.data = static_cast<float*>(data);
  return floats;
}

// allreduce(from, to, bucket): sums `bucket` floats at a time. Returns MPI's error, 0 for none.
napi_value allreduce(napi_env env, napi_callback_info info) {
  napi_value args[3];
  std::size_t count = 3;
  napi_get_cb_info(env, info, &count, args, nullptr, nullptr);
  const Floats from = floats_of(env, args[0]);
  const Floats to = floats_of(env, args[1]);
  double bucket = 0;
  napi_get_value_double(env, args[2], &bucket);
  int error = bucket >= 1 && from.length == to.length ? MPI_SUCCESS : MPI_ERR_ARG;
  const auto each = static_cast<std::size_t>(bucket);
  for (std::size_t begin = 0; begin < from.length && error == MPI_SUCCESS; begin += each) {
    const int length = static_cast<int>(std::min(each, from.length - begin));
    error = MPI_Allreduce(from.data + begin, to.data + begin, length, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
  }
  napi_value result = nullptr;
  napi_create_int32(env, error, &result);
  return result;
}

}  // namespace

NAPI_MODULE_INIT() {
  napi_value function = nullptr;
  napi_create_function(env, "allreduce", NAPI_AUTO_LENGTH, allreduce, nullptr, &function);
  napi_set_named_property(env, exports, "allreduce", function);
  return exports;
}
