// The addon's entry: context-aware, so that every worker thread has an instance of its own.
#include "binding/instance.h"
#include "runtime/tables.h"

static Napi::Object init(Napi::Env env, Napi::Object exports) {
  env.SetInstanceData(new adamax::Instance(adamax::tables().best()));
  adamax::export_settings(env, exports);
  adamax::export_kernels(env, exports);
  adamax::export_plan(env, exports);
  return exports;
}

NODE_API_MODULE(NODE_GYP_MODULE_NAME, init)
