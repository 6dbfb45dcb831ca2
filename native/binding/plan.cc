// This file makes plans, and binds arrays to them (bound_plan.h).
#include <new>

#include "binding/arrays.h"
#include "binding/bound_plan.h"

namespace adamax {
namespace {

napi_value target(napi_env env, napi_callback_info info) {
  const Arguments<6 + kMaxSlots> args(env, info);
  std::size_t i = 0;
  if (!check_idle(env, args.plan()) || !read_size(env, args.value[0], "entry", &i)) return nullptr;
  BoundPlan& bound = *args.plan();
  PlanEntry* const entry = bound.plan.entry(i);
  if (entry == nullptr) {
    fail_type(env, "entry", "the next one");
    return nullptr;
  }
  entry->has_target = entry->placed = entry->has_norm = false;  // also while anything below fails
  entry->kind = GradientKind::kNone;
  entry->stretch = {};
  std::size_t set = 0;
  if (!read_size(env, args.value[1], "set", &set) || !read_size(env, args.value[2], "rowLength", &entry->row_length) ||
      !read_size(env, args.value[3], "length", &entry->dense.length)) {
    return nullptr;
  }
  if (set >= bound.sets) {
    fail_type(env, "set", "the number of a set of scalars");
    return nullptr;
  }
  entry->set = static_cast<std::uint32_t>(set);
  const std::size_t length = entry->dense.length;
  FloatSpan param{}, out{};
  const bool placed = !is_null(env, args.value[4]);
  if (placed) {
    if (!read_floats(env, args.value[4], "param", length, &param)) return nullptr;
    out = param;
    if (!is_null(env, args.value[5]) && !read_floats(env, args.value[5], "out", length, &out)) return nullptr;
  }
  for (std::size_t k = 0; k < bound.slots; ++k) {
    if (!read_slot(env, args.value[6 + k], bound.slot_format, length, &entry->dense.slot[k])) return nullptr;
  }
  entry->dense.param = param.data;
  entry->dense.out = out.data;
  entry->placed = placed;
  entry->has_target = true;
  return nullptr;
}

// Reads the indices of a sparse gradient, and says how many values belong to them.
bool read_rows(napi_env env, napi_value value, PlanEntry* entry, std::size_t* length) {
  return read_indices(env, value, "indices", &entry->indices) &&
         multiply(env, "gradient", entry->indices.count, entry->row_length, length) &&
         (entry->dense.out == entry->dense.param ||
          fail_type(env, "indices", "null for a variable that is stepped out of place")) &&
         (entry->stretch.is_whole() || fail_type(env, "indices", "null for a variable of which a stretch is stepped"));
}

napi_value gradient(napi_env env, napi_callback_info info) {
  const Arguments<3> args(env, info);
  std::size_t i = 0;
  if (!check_idle(env, args.plan()) || !read_size(env, args.value[0], "entry", &i)) return nullptr;
  Plan& plan = args.plan()->plan;
  if (i >= plan.size() || !plan.entry_to_move(i).placed) {
    fail_type(env, "entry", "one that has a target");
    return nullptr;
  }
  const bool dense = is_null(env, args.value[2]);
  PlanEntry& entry = plan.entry_to_move(i);
  const bool moves = dense && entry.kind == GradientKind::kDense;
  // Also while anything below fails; a gradient that only lies elsewhere is listed already.
  entry.kind = GradientKind::kNone;
  std::size_t length = entry.dense.length;
  FloatSpan span{};
  const bool good = (dense || read_rows(env, args.value[2], &entry, &length)) &&
                    read_floats(env, args.value[1], "gradient", length, &span);
  if (!good || !moves) plan.entry(i);
  if (!good) return nullptr;
  entry.dense.grad = span.data;
  entry.kind = dense ? GradientKind::kDense : GradientKind::kRows;
  if (moves) plan.move(i);
  return nullptr;
}

// Finds a part of `length` elements that begins at `offset` in `heap`.
bool read_part(napi_env env, const FloatSpan& heap, double offset, std::size_t length, float** part) {
  if (length <= heap.length && offset >= 0 && offset <= static_cast<double>(heap.length - length)) {
    const auto whole = static_cast<std::size_t>(offset);
    *part = heap.data + whole;
    if (static_cast<double>(whole) == offset) return true;
  }
  return fail_type(env, "offsets", "whole numbers within heap");
}

napi_value place(napi_env env, napi_callback_info info) {
  const Arguments<2> args(env, info);
  FloatSpan heap{};
  DoubleSpan offsets{};
  if (!check_idle(env, args.plan()) || !read_floats(env, args.value[0], "heap", &heap) ||
      !read_doubles(env, args.value[1], "offsets", &offsets)) {
    return nullptr;
  }
  BoundPlan& bound = *args.plan();
  const std::size_t count = offsets.length / 3;
  if (offsets.length % 3 != 0 || count > bound.plan.size()) {
    fail_type(env, "offsets", "three numbers for each of the first entries");
    return nullptr;
  }
  for (std::size_t i = 0; i < count; ++i) {
    PlanEntry& entry = bound.plan.entry_to_move(i);
    const double* const at = offsets.data + 3 * i;
    const std::size_t length = entry.dense.length;
    const bool moves = entry.kind == GradientKind::kDense;
    float *param = nullptr, *out = nullptr, *grad = nullptr;
    entry.kind = GradientKind::kNone;
    const bool good = (entry.has_target || fail_type(env, "offsets", "for entries that have a target")) &&
                      read_part(env, heap, at[0], length, &param) && read_part(env, heap, at[1], length, &out) &&
                      read_part(env, heap, at[2], length, &grad);
    if (!good || !moves) bound.plan.entry(i);
    if (!good) return nullptr;
    entry.dense.param = param;
    entry.dense.out = out;
    entry.dense.grad = grad;
    entry.placed = true;
    entry.kind = GradientKind::kDense;
    if (moves) bound.plan.move(i);
  }
  return nullptr;
}

napi_value stretch(napi_env env, napi_callback_info info) {
  const Arguments<4> args(env, info);
  std::size_t i = 0, begin = 0, end = 0;
  if (!check_idle(env, args.plan()) || !read_size(env, args.value[0], "entry", &i) ||
      !read_size(env, args.value[1], "begin", &begin) || !read_size(env, args.value[2], "end", &end)) {
    return nullptr;
  }
  Plan& plan = args.plan()->plan;
  if (i >= plan.size() || !plan.entry_to_move(i).has_target) {
    fail_type(env, "entry", "one that has a target");
    return nullptr;
  }
  const PlanEntry& entry = plan.entry_to_move(i);
  const std::size_t length = entry.dense.length;
  static_assert(kPiece == 65536, "the messages below say so");
  if (end > length || (end % kPiece != 0 && end != length)) {
    fail_type(env, "end", "a multiple of 65536 within its entry, or where that ends");
    return nullptr;
  }
  if (begin > end || begin % kPiece != 0) {
    fail_type(env, "begin", "a multiple of 65536, and at most end");
    return nullptr;
  }
  const bool whole = begin == 0 && end == length;
  if (!whole && entry.sparse()) {
    fail_type(env, "stretch", "the whole of an entry whose gradient is sparse");
    return nullptr;
  }
  FloatSpan own{};
  const bool has_own = args.count > 3 && !is_null(env, args.value[3]);
  const bool good =
      !has_own || ((!entry.sparse() || fail_type(env, "gradient", "null where that of its entry is sparse")) &&
                   read_floats(env, args.value[3], "gradient", end - begin, &own));
  if (good) plan.set_stretch(i, {begin, whole ? Stretch::kToTheEnd : end, own.data});
  return nullptr;
}

napi_value norms(napi_env env, napi_callback_info info) {
  const Arguments<1> args(env, info);
  if (!check_idle(env, args.plan())) return nullptr;
  BoundPlan& bound = *args.plan();
  DoubleSpan norms{};
  if (!is_null(env, args.value[0]) && !read_doubles(env, args.value[0], "norms", &norms)) return nullptr;
  if (norms.length > bound.plan.size()) {
    fail_length(env, "norms", bound.plan.size(), norms.length);
    return nullptr;
  }
  for (std::size_t i = 0; i < bound.plan.size(); ++i) {
    PlanEntry& entry = bound.plan.entry_to_move(i);
    entry.has_norm = i < norms.length;
    if (entry.has_norm) entry.norm = norms.data[i];
  }
  return nullptr;
}

napi_value truncate(napi_env env, napi_callback_info info) {
  const Arguments<1> args(env, info);
  std::size_t count = 0;
  if (!check_idle(env, args.plan()) || !read_size(env, args.value[0], "count", &count)) return nullptr;
  args.plan()->plan.truncate(count);
  return nullptr;
}

// plan(rule, control, bfloat16 = false): the number of the plan. No wrapper of node-addon-api is used here: one that
// fails because the environment is being torn down, and may not run JavaScript any more, ends the process.
napi_value plan(napi_env env, napi_callback_info info) {
  const Arguments<3> args(env, info);
  Instance& instance = *args.instance;
  std::size_t rule = 0;
  DoubleSpan control{};
  bool bfloat16 = false;
  if (!read_size(env, args.value[0], "rule", &rule)) return nullptr;
  if (rule >= instance.table->rule_count) {
    fail_type(env, "rule", "the number of a rule");
    return nullptr;
  }
  const RuleKernels& kernels = instance.table->rules[rule];
  const std::size_t stride = kSetScalars + static_cast<std::size_t>(kernels.scalars);
  if (!read_doubles(env, args.value[1], "control", &control) || !read_bool(env, args.value[2], "bfloat16", &bfloat16)) {
    return nullptr;
  }
  if (control.length < kControlSets + stride || (control.length - kControlSets) % stride != 0) {
    fail_length(env, "control", kControlSets + stride, control.length);
    return nullptr;
  }
  auto* const bound =
      new (std::nothrow) BoundPlan(instance, rule, bfloat16 ? SlotFormat::kBfloat16 : SlotFormat::kFloat32);
  if (bound == nullptr || !instance.plans.add(env, bound)) {
    delete bound;
    napi_throw_range_error(env, "ERR_ADAMAX_MEMORY", "no memory for a plan: received a request for one");
    return nullptr;
  }
  bound->slots = static_cast<std::size_t>(kernels.slots);
  bound->scalars = static_cast<std::size_t>(kernels.scalars);
  bound->control = control.data;
  bound->sets = (control.length - kControlSets) / stride;
  napi_value number = nullptr;
  if (napi_create_double(env, static_cast<double>(bound->number), &number) == napi_ok &&
      napi_add_finalizer(env, args.value[1], bound, release_plan, nullptr, &bound->control_reference) == napi_ok) {
    return number;
  }
  release_plan(env, bound, nullptr);
  return nullptr;
}

constexpr struct {
  const char* name;
  napi_callback callback;
} kFunctions[] = {
    {"plan", plan},   {"target", target},     {"gradient", gradient}, {"place", place},        {"stretch", stretch},
    {"norms", norms}, {"truncate", truncate}, {"run", run},           {"runAsync", run_async},
};

}  // namespace

bool check_idle(napi_env env, const BoundPlan* bound) {
  if (bound == nullptr) return fail_type(env, "selectedPlan", "the number of a plan");
  return !bound->busy || fail_type(env, "plan", "idle");
}

bool BoundPlan::is_collected(napi_env env) const {
  napi_value value = nullptr;
  return napi_get_reference_value(env, control_reference, &value) == napi_ok && value == nullptr;
}

void release_plan(napi_env env, void* data, void*) {
  BoundPlan* const bound = static_cast<BoundPlan*>(data);
  if (bound->table != nullptr) bound->table->remove(bound->number);
  bound->table = nullptr;
  // Without the reference there is no finalizer any more, if this is not it.
  if (bound->control_reference != nullptr) napi_delete_reference(env, bound->control_reference);
  bound->control_reference = nullptr;
  if (bound->busy) {
    bound->released = true;
  } else {
    destroy_plan(env, bound);
  }
}

void destroy_plan(napi_env env, BoundPlan* bound) {
  Instance::report_memory(env, bound->reported, 0);
  delete bound;
}

void export_plan(Napi::Env env, Napi::Object exports) {
  Instance& instance = instance_of(env);
  const napi_value selection = instance.plans.make_selection(env);
  if (selection == nullptr || napi_set_named_property(env, exports, "selectedPlan", selection) != napi_ok) return;
  for (const auto& [name, callback] : kFunctions) {
    napi_value function = nullptr;
    if (napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, &instance, &function) != napi_ok ||
        napi_set_named_property(env, exports, name, function) != napi_ok) {
      return;
    }
  }
}

}  // namespace adamax
