// `plan(rule, control)`: runtime/plan.h for JavaScript, as three functions over one plan:
//
//   target(entry, rowLength, param, ...slots)   binds a variable; entry is at most the number of entries so far
//   gradient(entry, values, indices | null)     binds its gradient
//   run()                                       steps the first `count` entries: undefined, or an outcome of
//                                               Plan::prepare that is not kAllGood
//
// The plan keeps addresses between steps. Their holders are on the other side: lib/backend/plan.ts keeps every bound
// array alive and, before each step, makes sure that its memory is still there; arrays on buffers that can be resized
// never get here. Only `control` is held by a reference of our own.
//
// An unchanged step crosses the border with no argument at all, since each one costs more than a small variable's step:
// what changes from step to step is read from `control`, a Float64Array of [count, clipnorm, clipvalue, ...scalars].
#include "runtime/plan.h"

#include <new>

#include "binding/arrays.h"
#include "binding/instance.h"

namespace adamax {
namespace {

// Places in `control`.
constexpr int kCount = 0;
constexpr int kClipnorm = 1;
constexpr int kClipvalue = 2;
constexpr int kScalars = 3;

struct BoundPlan {
  Plan plan;
  const Instance* instance = nullptr;
  int slots = 0;
  int scalars = 0;
  const double* control = nullptr;
  napi_ref control_holder = nullptr;
  int functions = 0;  // that are alive
};

// The arguments of a call: missing ones are undefined.
template <std::size_t kMost>
struct Arguments {
  napi_value value[kMost] = {};
  std::size_t count = kMost;
  BoundPlan* plan = nullptr;

  Arguments(napi_env env, napi_callback_info info) {
    void* data = nullptr;
    napi_get_cb_info(env, info, &count, value, nullptr, &data);
    plan = static_cast<BoundPlan*>(data);
  }
};

napi_value target(napi_env env, napi_callback_info info) {
  const Arguments<3 + kMaxSlots> args(env, info);
  BoundPlan& bound = *args.plan;
  std::size_t i = 0;
  if (!read_size(env, args.value[0], "entry", &i)) return nullptr;
  PlanEntry* const entry = bound.plan.entry(i);
  if (entry == nullptr) {
    fail_type(env, "entry", "the next one");
    return nullptr;
  }
  entry->has_target = false;  // also while anything below fails
  entry->kind = GradientKind::kNone;
  FloatSpan param{};
  if (!read_size(env, args.value[1], "rowLength", &entry->row_length) ||
      !read_floats(env, args.value[2], "param", &param)) {
    return nullptr;
  }
  entry->dense.param = entry->dense.out = param.data;
  entry->dense.length = param.length;
  for (int k = 0; k < bound.slots; ++k) {
    FloatSpan slot{};
    if (!read_floats(env, args.value[3 + k], "slot", param.length, &slot)) return nullptr;
    entry->dense.slot[k] = slot.data;
  }
  entry->has_target = true;
  return nullptr;
}

napi_value gradient(napi_env env, napi_callback_info info) {
  const Arguments<3> args(env, info);
  Plan& plan = args.plan->plan;
  std::size_t i = 0;
  if (!read_size(env, args.value[0], "entry", &i)) return nullptr;
  PlanEntry* const entry = i < plan.size() ? plan.entry(i) : nullptr;
  if (entry == nullptr || !entry->has_target) {
    fail_type(env, "entry", "one that has a target");
    return nullptr;
  }
  entry->kind = GradientKind::kNone;
  napi_valuetype type = napi_undefined;
  napi_typeof(env, args.value[2], &type);
  const bool dense = type == napi_null;
  if (!dense && !read_indices(env, args.value[2], "indices", &entry->indices)) return nullptr;
  const std::size_t length = dense ? entry->dense.length : entry->indices.count * entry->row_length;
  FloatSpan span{};
  if (!read_floats(env, args.value[1], "gradient", length, &span)) return nullptr;
  entry->dense.grad = span.data;
  entry->kind = dense ? GradientKind::kDense : GradientKind::kRows;
  return nullptr;
}

napi_value run(napi_env env, napi_callback_info info) {
  void* data = nullptr;
  napi_get_cb_info(env, info, nullptr, nullptr, nullptr, &data);
  BoundPlan& bound = *static_cast<BoundPlan*>(data);
  const double* const control = bound.control;
  const bool known = control[kCount] >= 0 && control[kCount] <= static_cast<double>(bound.plan.size());
  const std::int64_t outcome = known ? bound.plan.prepare(static_cast<std::size_t>(control[kCount])) : kUnbound;
  if (outcome == kAllGood) {
    float scalars[kMaxScalars];
    for (int k = 0; k < bound.scalars; ++k) scalars[k] = static_cast<float>(control[kScalars + k]);
    bound.plan.run(*bound.instance->table, scalars, {control[kClipnorm], static_cast<float>(control[kClipvalue])});
    return nullptr;
  }
  if (outcome == kUnbound) {
    fail_type(env, "count", "a number of entries that all have a gradient");
    return nullptr;
  }
  napi_value number = nullptr;
  napi_create_double(env, static_cast<double>(outcome), &number);
  return number;
}

void destroy(napi_env env, BoundPlan* bound) {
  napi_delete_reference(env, bound->control_holder);
  delete bound;
}

// One of the functions has been collected.
void release(napi_env env, void* data, void*) {
  BoundPlan* const bound = static_cast<BoundPlan*>(data);
  if (--bound->functions == 0) destroy(env, bound);
}

// Adds a function that shares `bound` to `object`.
bool add(napi_env env, napi_value object, const char* name, napi_callback callback, BoundPlan* bound) {
  napi_value function = nullptr;
  if (napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, bound, &function) != napi_ok ||
      napi_add_finalizer(env, function, bound, release, nullptr, nullptr) != napi_ok) {
    return false;
  }
  ++bound->functions;
  return napi_set_named_property(env, object, name, function) == napi_ok;
}

Napi::Value plan(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const Instance& instance = instance_of(env);
  std::size_t rule = 0;
  if (!read_size(env, info[0], "rule", &rule)) return env.Undefined();
  if (rule >= instance.table->rule_count) {
    fail_type(env, "rule", "the number of a rule");
    return env.Undefined();
  }
  const RuleKernels& kernels = instance.table->rules[rule];
  const double* control = nullptr;
  if (!read_doubles(env, info[1], "control",
                    static_cast<std::size_t>(kScalars) + static_cast<std::size_t>(kernels.scalars), &control)) {
    return env.Undefined();
  }
  BoundPlan* const bound = new (std::nothrow) BoundPlan;
  napi_value object = nullptr;
  if (bound == nullptr || napi_create_object(env, &object) != napi_ok) {
    delete bound;
    return env.Undefined();
  }
  bound->plan.set_rule(rule);
  bound->instance = &instance;
  bound->slots = kernels.slots;
  bound->scalars = kernels.scalars;
  bound->control = control;
  napi_create_reference(env, info[1], 1, &bound->control_holder);
  if (!add(env, object, "target", target, bound) || !add(env, object, "gradient", gradient, bound) ||
      !add(env, object, "run", run, bound)) {
    if (bound->functions == 0) destroy(env, bound);
    return env.Undefined();
  }
  return Napi::Value(env, object);
}

}  // namespace

void export_plan(Napi::Env env, Napi::Object exports) { exports.Set("plan", Napi::Function::New<plan>(env, "plan")); }

}  // namespace adamax
