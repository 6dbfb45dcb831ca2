// The addon's entry: context-aware, so that every worker thread has an instance of its own.
#include <new>

#include "binding/instance.h"
#include "runtime/tables.h"

static Napi::Object init(Napi::Env env, Napi::Object exports) {
  auto* const instance = new (std::nothrow) adamax::Instance(adamax::tables().best());
  if (instance == nullptr) {
    napi_throw_range_error(env, "ERR_ADAMAX_MEMORY", "no memory for the addon: received a request for some");
    return exports;
  }
  env.SetInstanceData(instance);
  adamax::export_settings(env, exports);
  adamax::export_digest(env, exports);
  adamax::export_kernels(env, exports);
  adamax::export_plan(env, exports);
  return exports;
}

NODE_API_MODULE(NODE_GYP_MODULE_NAME, init)
