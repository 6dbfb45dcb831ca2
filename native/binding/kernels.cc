// The bare kernels, and which implementation runs them. No arithmetic: check, convert, call.
#include <string>

#include "binding/arrays.h"
#include "binding/instance.h"
#include "runtime/plan.h"
#include "runtime/sum_squares.h"
#include "runtime/tables.h"

namespace adamax {
namespace {

// Arguments of dense() and rows() behind their own ones: `...slots, ...scalars`.
bool read_rest(const Napi::CallbackInfo& info, std::size_t from, const RuleKernels& kernels, Dense* d, float* scalars) {
  for (int k = 0; k < kernels.slots; ++k) {
    FloatSpan slot{};
    if (!read_floats(info.Env(), info[from + k], "slot", d->length, &slot)) return false;
    d->slot[k] = slot.data;
  }
  for (int k = 0; k < kernels.scalars; ++k) {
    if (!read_float(info.Env(), info[from + kernels.slots + k], "scalar", &scalars[k])) return false;
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
  float scalars[kMaxScalars];
  if (!read_rest(info, 4, *kernels, &d, scalars)) return;
  const Sweeps& sweeps = kernels->over(SlotFormat::kFloat32);
  if (d.out == d.param) {
    sweeps.dense(&d, 1, scalars);
  } else {
    sweeps.dense_out(d, scalars);
  }
}

// rows(rule, param, rowLength, values, indices, ...slots, ...scalars): an outcome of RowIndex::build
Napi::Value rows(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const RuleKernels* const kernels = read_rule(info);
  PlanEntry entry{};
  FloatSpan param{}, values{};
  if (kernels == nullptr || !read_floats(env, info[1], "param", &param) ||
      !read_size(env, info[2], "rowLength", &entry.row_length) ||
      !read_indices(env, info[4], "indices", &entry.indices) ||
      !read_floats(env, info[3], "values", entry.indices.count * entry.row_length, &values)) {
    return env.Undefined();
  }
  entry.dense.param = param.data;
  entry.dense.grad = values.data;
  entry.dense.length = param.length;
  float scalars[kMaxScalars];
  if (!read_rest(info, 5, *kernels, &entry.dense, scalars)) return env.Undefined();
  entry.index = &instance_of(env).rows;
  const std::int64_t outcome = entry.index->build(entry.indices, table_rows(param.length, entry.row_length));
  if (outcome == kAllGood) {
    run_rows(kernels->over(SlotFormat::kFloat32), entry, 0, entry.index->count(), scalars, kNoClip);
  }
  return Napi::Number::New(env, static_cast<double>(outcome));
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

// isa()
Napi::Value isa(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), instance_of(info.Env()).table->isa);
}

// setIsa(name): whether there is such an implementation here
Napi::Value set_isa(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!info[0].IsString()) {
    fail_type(env, "isa", "a string");
    return env.Undefined();
  }
  const KernelTable* const table = tables().find(info[0].As<Napi::String>().Utf8Value().c_str());
  if (table != nullptr) instance_of(env).table = table;
  return Napi::Boolean::New(env, table != nullptr);
}

// threads()
Napi::Value threads(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(instance_of(info.Env()).threads()));
}

// setThreads(n), with n in [1, kMaxThreads]
void set_threads(const Napi::CallbackInfo& info) {
  std::size_t n = 0;
  if (!read_size(info.Env(), info[0], "n", &n)) return;
  if (n < 1 || n > kMaxThreads) {
    fail_type(info.Env(), "n", "a number of threads");
    return;
  }
  instance_of(info.Env()).set_threads(n);
}

Napi::Array available(Napi::Env env) {
  Napi::Array names = Napi::Array::New(env);
  for (int i = 0; i < tables().count; ++i) names.Set(i, Napi::String::New(env, tables().available[i]->isa));
  return names;
}

Napi::Array rule_names(Napi::Env env) {
  const KernelTable& table = *tables().best();
  Napi::Array names = Napi::Array::New(env);
  for (std::size_t i = 0; i < table.rule_count; ++i) {
    names.Set(static_cast<std::uint32_t>(i), Napi::String::New(env, table.rules[i].name));
  }
  return names;
}

}  // namespace

void export_kernels(Napi::Env env, Napi::Object exports) {
  exports.Set("available", available(env));
  exports.Set("rules", rule_names(env));
  exports.Set("isa", Napi::Function::New<isa>(env, "isa"));
  exports.Set("setIsa", Napi::Function::New<set_isa>(env, "setIsa"));
  exports.Set("dense", Napi::Function::New<dense>(env, "dense"));
  exports.Set("rows", Napi::Function::New<rows>(env, "rows"));
  exports.Set("sumSquares", Napi::Function::New<sum_squares>(env, "sumSquares"));
  exports.Set("threads", Napi::Function::New<threads>(env, "threads"));
  exports.Set("setThreads", Napi::Function::New<set_threads>(env, "setThreads"));
  exports.Set("pageOffset", Napi::Function::New<page_offset>(env, "pageOffset"));
}

}  // namespace adamax
