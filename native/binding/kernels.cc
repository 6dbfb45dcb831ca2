// The bare kernels. Arguments are checked and converted, and a kernel is called: there is no arithmetic here.
#include "binding/arrays.h"
#include "binding/contract.h"
#include "binding/instance.h"
#include "runtime/plan_entry.h"
#include "runtime/sum_squares.h"
#include "runtime/work.h"

namespace adamax {
namespace {

// Reads the arguments that dense() and rows() share, `...slots, ...scalars`, from argument `from` on.
bool read_rest(const Napi::CallbackInfo& info, std::size_t from, const RuleKernels& kernels, Dense* d,
               Scalars* scalars) {
  for (int k = 0; k < kernels.slots; ++k) {
    FloatSpan slot{};
    if (!read_floats(info.Env(), info[from + k], "slot", d->length, &slot)) return false;
    d->slot[k] = slot.data;
  }
  for (int k = 0; k < kernels.scalars; ++k) {
    if (!read_float(info.Env(), info[from + kernels.slots + k], "scalar", &scalars->of_rule[k])) return false;
  }
  return true;
}

const RuleKernels* read_rule(const Napi::CallbackInfo& info) {
  const KernelTable& table = *instance_of(info.Env()).table;
  std::size_t rule = 0;
  if (!read_size(info.Env(), info[0], "rule", &rule)) return nullptr;
  if (rule < table.rule_count) return &table.rules[rule];
  fail_type(info.Env(), "rule", "the number of a rule");
  return nullptr;
}

// dense(rule, param, out, grad, ...slots, ...scalars)
void dense(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const RuleKernels* const kernels = read_rule(info);
  FloatSpan param{}, out{}, grad{};
  if (kernels == nullptr || !read_floats(env, info[1], "param", &param) ||
      !read_floats(env, info[2], "out", param.length, &out) ||
      !read_floats(env, info[3], "grad", param.length, &grad)) {
    return;
  }
  Dense d{param.data, {}, grad.data, out.data, param.length, kNoClip};
  Scalars scalars{};
  if (!read_rest(info, 4, *kernels, &d, &scalars)) return;
  kernels->over(SlotFormat::kFloat32).dense(&d, 1, scalars);
}

// rows(rule, param, rowLength, values, indices, ...slots, ...scalars): a number by number_of(Outcome)
Napi::Value rows(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const RuleKernels* const kernels = read_rule(info);
  PlanEntry entry{};
  FloatSpan param{}, values{};
  std::size_t length = 0;
  if (kernels == nullptr || !read_floats(env, info[1], "param", &param) ||
      !read_size(env, info[2], "rowLength", &entry.row_length) ||
      !read_indices(env, info[4], "indices", &entry.indices) ||
      !multiply(env, "values", entry.indices.count, entry.row_length, &length) ||
      !read_floats(env, info[3], "values", length, &values)) {
    return env.Undefined();
  }
  entry.dense.param = param.data;
  entry.dense.grad = values.data;
  entry.dense.length = param.length;
  Scalars scalars{};
  if (!read_rest(info, 5, *kernels, &entry.dense, &scalars)) return env.Undefined();
  Instance& instance = instance_of(env);
  entry.index = instance.indices.take();
  Outcome outcome{Outcome::Kind::kOutOfMemory};
  if (entry.index != nullptr) {
    outcome = entry.index->build(entry.indices, table_rows(param.length, entry.row_length));
    if (outcome.good()) {
      run_rows(kernels->over(SlotFormat::kFloat32), entry, 0, entry.index->count(), scalars, kNoClip);
    }
    instance.indices.give(entry.index);
    instance.report_indices(env);
  }
  return Napi::Number::New(env, number_of(outcome));
}

// sumSquares(x)
Napi::Value sum_squares(const Napi::CallbackInfo& info) {
  FloatSpan x{};
  if (!read_floats(info.Env(), info[0], "x", &x)) return info.Env().Undefined();
  return Napi::Number::New(info.Env(), adamax::sum_squares(*instance_of(info.Env()).table, x.data, x.length));
}

// pageOffset(x): the low 12 bits of the address of its first element
Napi::Value page_offset(const Napi::CallbackInfo& info) {
  FloatSpan x{};
  if (!read_floats(info.Env(), info[0], "x", &x)) return info.Env().Undefined();
  return Napi::Number::New(info.Env(), static_cast<double>(reinterpret_cast<std::uintptr_t>(x.data) % 4096));
}

}  // namespace

void export_kernels(Napi::Env env, Napi::Object exports) {
  exports.Set("dense", Napi::Function::New<dense>(env, "dense"));
  exports.Set("rows", Napi::Function::New<rows>(env, "rows"));
  exports.Set("sumSquares", Napi::Function::New<sum_squares>(env, "sumSquares"));
  exports.Set("pageOffset", Napi::Function::New<page_offset>(env, "pageOffset"));
}

}  // namespace adamax
