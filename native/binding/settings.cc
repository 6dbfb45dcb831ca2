// Which implementation runs on how many threads, and what this addon is, for whoever loads it.
#include "binding/arrays.h"
#include "binding/contract.h"
#include "binding/instance.h"
#include "runtime/plan_entry.h"
#include "runtime/tables.h"

namespace adamax {
namespace {

// isa()
Napi::Value isa(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), instance_of(info.Env()).table->isa);
}

// setIsa(name): returns whether this machine can run such an implementation
Napi::Value set_isa(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  // A name that is cut short here is longer than any that is known.
  char name[32];
  if (napi_get_value_string_utf8(env, info[0], name, sizeof name, nullptr) != napi_ok) {
    fail_type(env, "isa", "a string");
    return env.Undefined();
  }
  const KernelTable* const table = tables().find(name);
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

void set_number(Napi::Object object, const char* name, double number) {
  object.Set(name, Napi::Number::New(object.Env(), number));
}

// Rules in the order of their numbers.
Napi::Array rules(Napi::Env env) {
  const KernelTable& table = *tables().best();
  Napi::Array list = Napi::Array::New(env);
  for (std::size_t i = 0; i < table.rule_count; ++i) {
    Napi::Object rule = Napi::Object::New(env);
    rule.Set("name", Napi::String::New(env, table.rules[i].name));
    set_number(rule, "slots", table.rules[i].slots);
    set_number(rule, "scalars", table.rules[i].scalars);
    list.Set(static_cast<std::uint32_t>(i), rule);
  }
  return list;
}

Napi::Object contract(Napi::Env env) {
  Napi::Object contract = Napi::Object::New(env);
  set_number(contract, "version", kBindingVersion);
  set_number(contract, "controlFirst", kControlFirst);
  set_number(contract, "controlCount", kControlCount);
  set_number(contract, "controlFinite", kControlFinite);
  set_number(contract, "controlDone", kControlDone);
  set_number(contract, "controlSets", kControlSets);
  set_number(contract, "setClipnorm", kSetClipnorm);
  set_number(contract, "setClipvalue", kSetClipvalue);
  set_number(contract, "setDither", kSetDither);
  set_number(contract, "setScalars", kSetScalars);
  set_number(contract, "allGood", kAllGood);
  set_number(contract, "outOfMemory", kOutOfMemory);
  set_number(contract, "nonFinite", kNonFinite);
  set_number(contract, "mostThreads", kMaxThreads);
  set_number(contract, "piece", kPiece);
  return contract;
}

}  // namespace

void export_settings(Napi::Env env, Napi::Object exports) {
  exports.Set("contract", contract(env));
  exports.Set("rules", rules(env));
  exports.Set("available", available(env));
  exports.Set("isa", Napi::Function::New<isa>(env, "isa"));
  exports.Set("setIsa", Napi::Function::New<set_isa>(env, "setIsa"));
  exports.Set("threads", Napi::Function::New<threads>(env, "threads"));
  exports.Set("setThreads", Napi::Function::New<set_threads>(env, "setThreads"));
}

}  // namespace adamax
