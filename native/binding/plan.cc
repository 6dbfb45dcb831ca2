// `plan(rule, control, bfloat16)`: runtime/plan.h for JavaScript, as four functions over one plan:
//
//   target(entry, rowLength, param, ...slots)   binds a variable; entry is at most the number of entries so far
//   gradient(entry, values, indices | null)     binds its gradient
//   run()                                       steps the first `count` entries: undefined, or an outcome of
//                                               Plan::prepare that is not kAllGood
//   runAsync(held)                              a promise of the same, kept on a thread of libuv; `control` is read
//                                               before it returns, and `held` is kept alive until it is done
//
// The plan keeps addresses between steps. Their holders are on the other side: lib/step/step-list.ts keeps every bound
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
  Instance* instance = nullptr;
  int slots = 0;
  SlotFormat slot_format = SlotFormat::kFloat32;
  int scalars = 0;
  const double* control = nullptr;
  napi_ref control_holder = nullptr;
  int users = 0;      // functions that are alive, and a run on another thread
  bool busy = false;  // with a run on another thread: then nothing else may touch the plan
};

// What a run takes from `control`, so that the array may change while the run is on another thread.
struct Settings {
  std::size_t count;
  Clipping clipping;
  float scalars[kMaxScalars];

  // False when the count is none of the plan's.
  bool read(const BoundPlan& bound) {
    const double* const control = bound.control;
    if (!(control[kCount] >= 0 && control[kCount] <= static_cast<double>(bound.plan.size()))) return false;
    count = static_cast<std::size_t>(control[kCount]);
    clipping = {control[kClipnorm], static_cast<float>(control[kClipvalue])};
    for (int k = 0; k < bound.scalars; ++k) scalars[k] = static_cast<float>(control[kScalars + k]);
    return true;
  }
};

bool check_idle(napi_env env, const BoundPlan& bound) { return !bound.busy || fail_type(env, "plan", "idle"); }

std::int64_t run_plan(BoundPlan& bound, const Settings& settings, const KernelTable& table, std::size_t threads) {
  const std::int64_t outcome = bound.plan.prepare(settings.count, settings.clipping);
  if (outcome == kAllGood) bound.plan.run(table, threads, settings.scalars);
  return outcome;
}

// Undefined for kAllGood; null, with an exception pending, for kUnbound.
napi_value outcome_value(napi_env env, std::int64_t outcome) {
  napi_value value = nullptr;
  if (outcome == kUnbound) {
    fail_type(env, "count", "a number of entries that all have a gradient");
  } else if (outcome != kAllGood) {
    napi_create_double(env, static_cast<double>(outcome), &value);
  }
  return value;
}

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
  if (!check_idle(env, bound) || !read_size(env, args.value[0], "entry", &i)) return nullptr;
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
    if (!read_slot(env, args.value[3 + k], bound.slot_format, param.length, &entry->dense.slot[k])) return nullptr;
  }
  entry->has_target = true;
  return nullptr;
}

napi_value gradient(napi_env env, napi_callback_info info) {
  const Arguments<3> args(env, info);
  Plan& plan = args.plan->plan;
  std::size_t i = 0;
  if (!check_idle(env, *args.plan) || !read_size(env, args.value[0], "entry", &i)) return nullptr;
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
  Settings settings;
  if (!check_idle(env, bound)) return nullptr;
  if (!settings.read(bound)) return outcome_value(env, kUnbound);
  return outcome_value(env, run_plan(bound, settings, *bound.instance->table, bound.instance->threads()));
}

void destroy(napi_env env, BoundPlan* bound) {
  napi_delete_reference(env, bound->control_holder);
  delete bound;
}

// One of the users has gone.
void release(napi_env env, void* data, void*) {
  BoundPlan* const bound = static_cast<BoundPlan*>(data);
  if (--bound->users == 0) destroy(env, bound);
}

// A run on a thread of libuv.
struct Run {
  BoundPlan* bound;
  Settings settings;
  const KernelTable* table;
  std::size_t threads;
  std::int64_t outcome = kAllGood;
  napi_async_work work = nullptr;
  napi_deferred deferred = nullptr;
  napi_ref held = nullptr;

  static void execute(napi_env, void* data) {
    Run& run = *static_cast<Run*>(data);
    run.outcome = run_plan(*run.bound, run.settings, *run.table, run.threads);
  }

  // On the thread of JavaScript again. Where the environment is being torn down no call into it succeeds any more, and
  // none needs to.
  static void complete(napi_env env, napi_status, void* data) {
    Run* const run = static_cast<Run*>(data);
    run->bound->busy = false;
    napi_value value = nullptr;
    if (run->outcome == kAllGood) {
      napi_get_undefined(env, &value);
    } else {
      napi_create_double(env, static_cast<double>(run->outcome), &value);
    }
    napi_resolve_deferred(env, run->deferred, value);
    run->end(env);
  }

  void end(napi_env env) {
    if (held != nullptr) napi_delete_reference(env, held);
    if (work != nullptr) napi_delete_async_work(env, work);
    release(env, bound, nullptr);
    delete this;
  }
};

napi_value run_async(napi_env env, napi_callback_info info) {
  const Arguments<1> args(env, info);
  BoundPlan& bound = *args.plan;
  Settings settings;
  if (!check_idle(env, bound)) return nullptr;
  if (!settings.read(bound) || !bound.plan.all_bound(settings.count)) return outcome_value(env, kUnbound);
  // The event loop keeps a core: where all are busy, a callback that is due waits for the scheduler.
  const std::size_t threads = bound.instance->threads();
  Run* const run = new (std::nothrow) Run{&bound, settings, bound.instance->table, threads > 1 ? threads - 1 : 1};
  if (run == nullptr) return outcome_value(env, kOutOfMemory);
  ++bound.users;
  napi_value name = nullptr;
  napi_value promise = nullptr;
  if (napi_create_string_utf8(env, "adamax", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_create_reference(env, args.value[0], 1, &run->held) != napi_ok ||
      napi_create_async_work(env, nullptr, name, Run::execute, Run::complete, run, &run->work) != napi_ok ||
      napi_create_promise(env, &run->deferred, &promise) != napi_ok ||
      napi_queue_async_work(env, run->work) != napi_ok) {
    run->end(env);
    napi_throw_error(env, nullptr, "held must be an object, and a thread there: received what cannot be run");
    return nullptr;
  }
  bound.busy = true;
  return promise;
}

// Adds a function that shares `bound` to `object`.
bool add(napi_env env, napi_value object, const char* name, napi_callback callback, BoundPlan* bound) {
  napi_value function = nullptr;
  if (napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, bound, &function) != napi_ok ||
      napi_add_finalizer(env, function, bound, release, nullptr, nullptr) != napi_ok) {
    return false;
  }
  ++bound->users;
  return napi_set_named_property(env, object, name, function) == napi_ok;
}

Napi::Value plan(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Instance& instance = instance_of(env);
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
  bound->slot_format = info[2].ToBoolean() ? SlotFormat::kBfloat16 : SlotFormat::kFloat32;
  bound->plan.set_rule(rule, bound->slot_format);
  bound->instance = &instance;
  bound->slots = kernels.slots;
  bound->scalars = kernels.scalars;
  bound->control = control;
  napi_create_reference(env, info[1], 1, &bound->control_holder);
  if (!add(env, object, "target", target, bound) || !add(env, object, "gradient", gradient, bound) ||
      !add(env, object, "run", run, bound) || !add(env, object, "runAsync", run_async, bound)) {
    if (bound->users == 0) destroy(env, bound);
    return env.Undefined();
  }
  return Napi::Value(env, object);
}

}  // namespace

void export_plan(Napi::Env env, Napi::Object exports) { exports.Set("plan", Napi::Function::New<plan>(env, "plan")); }

}  // namespace adamax
