// `new Plan(rule, scalars)`: runtime/plan.h for JavaScript.
//
// The plan keeps addresses between steps. Their holders are on the other side: lib/backend/plan.ts keeps every bound
// array alive and, before each step, asks each for its length, which is 0 once its memory has gone; arrays on buffers
// that can be resized never get here. Only the scalars are held by a reference of our own.
#include "runtime/plan.h"

#include "binding/arrays.h"
#include "binding/instance.h"

namespace adamax {
namespace {

// The elements of a flat JavaScript array, one after another.
class Reader {
 public:
  Reader(Napi::Env env, napi_value list) : env_(env), list_(list) {
    bool is_array = false;
    if (napi_is_array(env, list, &is_array) == napi_ok && is_array) napi_get_array_length(env, list, &length_);
  }
  bool more() const { return at_ < length_; }
  napi_value next() {
    napi_value value = nullptr;
    napi_get_element(env_, list_, at_++, &value);
    return value;
  }

 private:
  napi_env env_;
  napi_value list_;
  std::uint32_t length_ = 0;
  std::uint32_t at_ = 0;
};

class PlanObject : public Napi::ObjectWrap<PlanObject> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "Plan", {InstanceMethod<&PlanObject::step>("step")});
  }

  explicit PlanObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<PlanObject>(info) {
    const Napi::Env env = info.Env();
    const KernelTable& table = *instance_of(env).table;
    std::size_t rule = 0;
    if (!read_size(env, info[0], "rule", &rule)) return;
    if (rule >= table.rule_count) {
      fail_type(env, "rule", "the number of a rule");
      return;
    }
    plan_.set_rule(rule);
    slots_ = table.rules[rule].slots;
    FloatSpan scalars{};
    if (!read_floats(env, info[1], "scalars", table.rules[rule].scalars, &scalars)) return;
    scalars_ = scalars.data;
    ready_ = true;
    scalars_holder_ = Napi::Reference<Napi::Value>::New(info[1], 1);
  }

 private:
  // step(count, targets | null, gradients | null, clipnorm, clipvalue): an outcome of Plan::prepare
  Napi::Value step(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    std::size_t count = 0;
    Clipping clipping{};
    if (!read_size(env, info[0], "count", &count) || !read_double(env, info[3], "clipnorm", &clipping.norm) ||
        !read_float(env, info[4], "clipvalue", &clipping.value) || !bind_targets(env, info[1]) ||
        !bind_gradients(env, info[2]) || !all_bound(env, count)) {
      return env.Undefined();
    }
    const std::int64_t outcome = plan_.prepare(count);
    if (outcome == kAllGood) plan_.run(*instance_of(env).table, count, scalars_, clipping);
    return Napi::Number::New(env, static_cast<double>(outcome));
  }

  // [entry, rowLength, param, ...slots]*
  bool bind_targets(Napi::Env env, napi_value list) {
    for (Reader reader(env, list); reader.more();) {
      std::size_t i = 0;
      if (!read_size(env, reader.next(), "entry", &i)) return false;
      PlanEntry* const entry = plan_.entry(i);
      if (entry == nullptr) return fail_type(env, "entry", "the next one");
      entry->kind = GradientKind::kNone;  // also while anything below fails
      FloatSpan param{};
      if (!read_size(env, reader.next(), "rowLength", &entry->row_length) ||
          !read_floats(env, reader.next(), "param", &param)) {
        return false;
      }
      entry->dense.param = entry->dense.out = param.data;
      entry->dense.length = param.length;
      for (int k = 0; k < slots_; ++k) {
        FloatSpan slot{};
        if (!read_floats(env, reader.next(), "slot", param.length, &slot)) return false;
        entry->dense.slot[k] = slot.data;
      }
    }
    return true;
  }

  // [entry, values, indices | null]*
  bool bind_gradients(Napi::Env env, napi_value list) {
    for (Reader reader(env, list); reader.more();) {
      std::size_t i = 0;
      if (!read_size(env, reader.next(), "entry", &i)) return false;
      if (i >= plan_.size()) return fail_type(env, "entry", "one that has a target");
      PlanEntry* const entry = plan_.entry(i);
      entry->kind = GradientKind::kNone;
      const napi_value values = reader.next();
      const napi_value indices = reader.next();
      napi_valuetype type = napi_undefined;
      napi_typeof(env, indices, &type);
      const bool dense = type == napi_null;
      if (!dense && !read_indices(env, indices, "indices", &entry->indices)) return false;
      const std::size_t length = dense ? entry->dense.length : entry->indices.count * entry->row_length;
      FloatSpan span{};
      if (!read_floats(env, values, "gradient", length, &span)) return false;
      entry->dense.grad = span.data;
      entry->kind = dense ? GradientKind::kDense : GradientKind::kRows;
    }
    return true;
  }

  bool all_bound(Napi::Env env, std::size_t count) {
    if (!ready_ || count > plan_.size()) return fail_type(env, "count", "a number of entries");
    for (std::size_t i = 0; i < count; ++i) {
      if (plan_.entry(i)->kind == GradientKind::kNone) return fail_type(env, "entry", "bound to a gradient");
    }
    return true;
  }

  Plan plan_;
  int slots_ = 0;
  const float* scalars_ = nullptr;
  bool ready_ = false;  // the constructor got through
  Napi::Reference<Napi::Value> scalars_holder_;
};

}  // namespace

void export_plan(Napi::Env env, Napi::Object exports) { exports.Set("Plan", PlanObject::define(env)); }

}  // namespace adamax
