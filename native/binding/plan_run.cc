// This file runs plans, at once or on a thread of libuv (bound_plan.h).
#include <new>

#include "binding/arrays.h"
#include "binding/bound_plan.h"

namespace adamax {
namespace {

// Returns what JavaScript gets: undefined when all went well, and null with an exception pending for entries that are
// not bound.
napi_value value_of(napi_env env, const Outcome& outcome) {
  napi_value value = nullptr;
  if (outcome.kind == Outcome::Kind::kUnbound) {
    fail_type(env, "count", "a number of entries that all have a gradient");
  } else if (!outcome.good()) {
    napi_create_double(env, number_of(outcome), &value);
  }
  return value;
}

napi_value fail_unbound(napi_env env) { return value_of(env, {Outcome::Kind::kUnbound}); }

// To convert what is no number of 16 bits might be undefined.
std::uint32_t word_of(double number) {
  return number >= 0 && number < 0x10000 ? static_cast<std::uint32_t>(number) : 0;
}

}  // namespace

bool BoundPlan::read_sets() {
  ScalarSet* const into = plan.sets(sets);
  if (into == nullptr) return false;
  plan.require_finite(control[kControlFinite] != 0);
  const double* from = control + kControlSets;
  for (std::size_t s = 0; s < sets; ++s, from += kSetScalars + scalars) {
    into[s].clipping = {from[kSetClipnorm], to_float(from[kSetClipvalue])};
    into[s].scalars.dither = word_of(from[kSetDither]);
    for (std::size_t k = 0; k < scalars; ++k) into[s].scalars.of_rule[k] = to_float(from[kSetScalars + k]);
  }
  return true;
}

Outcome BoundPlan::step(std::size_t first, std::size_t count, const KernelTable& table, std::size_t threads) {
  const Outcome outcome = plan.prepare(first, count, table, threads);
  if (outcome.good()) plan.run(table, threads);
  plan.finish();
  return outcome;
}

void BoundPlan::report_memory(napi_env env) {
  if (!plan.listed_anew()) return;
  instance.report_indices(env);
  const std::size_t now = plan.bytes();
  if (now == reported) return;
  Instance::report_memory(env, reported, now);
  reported = now;
}

bool read_range(const BoundPlan& bound, std::size_t* first, std::size_t* count) {
  const double begin = bound.control[kControlFirst];
  const double wanted = bound.control[kControlCount];
  const double size = static_cast<double>(bound.plan.size());
  if (!(begin >= 0 && wanted >= 0 && begin + wanted <= size)) return false;
  *first = static_cast<std::size_t>(begin);
  *count = static_cast<std::size_t>(wanted);
  return true;
}

napi_value run(napi_env env, napi_callback_info info) {
  void* data = nullptr;
  napi_get_cb_info(env, info, nullptr, nullptr, nullptr, &data);
  BoundPlan* const selected = static_cast<Instance*>(data)->plans.selected();
  if (!check_idle(env, selected)) return nullptr;
  BoundPlan& bound = *selected;
  std::size_t first = 0, count = 0;
  if (!read_range(bound, &first, &count)) return fail_unbound(env);
  if (!bound.read_sets()) return value_of(env, {Outcome::Kind::kOutOfMemory});
  const Outcome outcome = bound.step(first, count, *bound.instance.table, bound.instance.threads());
  if (outcome.good()) bound.control[kControlDone] = 1;
  bound.report_memory(env);
  return value_of(env, outcome);
}

namespace {

// A run on a thread of libuv.
struct Run {
  BoundPlan* bound;
  std::size_t first, count;
  const KernelTable* table;
  std::size_t threads;
  Outcome outcome;
  napi_async_work work = nullptr;
  napi_deferred deferred = nullptr;
  napi_ref held = nullptr;

  static void execute(napi_env, void* data) {
    Run& run = *static_cast<Run*>(data);
    run.outcome = run.bound->step(run.first, run.count, *run.table, run.threads);
  }

  // libuv calls this on the thread of JavaScript. While the environment is being torn down no call into it succeeds any
  // more: the promise stays pending, and nobody is there to wait. A run that was cancelled then has stepped nothing.
  static void complete(napi_env env, napi_status status, void* data) {
    Run* const run = static_cast<Run*>(data);
    napi_value value = nullptr;
    if (status == napi_ok && run->outcome.good()) {
      napi_get_undefined(env, &value);
    } else if (status == napi_ok) {
      napi_create_double(env, number_of(run->outcome), &value);
    }
    if (value != nullptr) napi_resolve_deferred(env, run->deferred, value);
    run->bound->report_memory(env);
    run->end(env);
  }

  void end(napi_env env) {
    if (held != nullptr) napi_delete_reference(env, held);
    if (work != nullptr) napi_delete_async_work(env, work);
    bound->busy = false;
    if (bound->released) destroy_plan(env, bound);
    delete this;
  }
};

}  // namespace

napi_value run_async(napi_env env, napi_callback_info info) {
  const Arguments<1> args(env, info);
  if (!check_idle(env, args.plan())) return nullptr;
  BoundPlan& bound = *args.plan();
  std::size_t first = 0, count = 0;
  if (!bound.read_sets()) return value_of(env, {Outcome::Kind::kOutOfMemory});
  if (!read_range(bound, &first, &count) || !bound.plan.all_bound(first, count)) return fail_unbound(env);
  // The event loop keeps a core: where all are busy, a callback that is due waits for the scheduler.
  const std::size_t threads = bound.instance.threads();
  Run* const run =
      new (std::nothrow) Run{&bound, first, count, bound.instance.table, threads > 1 ? threads - 1 : 1, Outcome{}};
  if (run == nullptr) return value_of(env, {Outcome::Kind::kOutOfMemory});
  bound.busy = true;
  napi_value name = nullptr;
  napi_value promise = nullptr;
  if (napi_create_string_utf8(env, "adamax", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_create_reference(env, args.value[0], 1, &run->held) != napi_ok ||
      napi_create_async_work(env, nullptr, name, Run::execute, Run::complete, run, &run->work) != napi_ok ||
      napi_create_promise(env, &run->deferred, &promise) != napi_ok ||
      napi_queue_async_work(env, run->work) != napi_ok) {
    run->end(env);
    fail_type(env, "held", "an object, and the environment one that may start work");
    return nullptr;
  }
  return promise;
}

}  // namespace adamax
