#include "binding/plan_table.h"

#include "binding/bound_plan.h"

namespace adamax {

PlanTable::~PlanTable() {
  // The finalizers of plans may still come.
  for (std::size_t i = 0; i < size_; ++i) {
    if (places_[i].plan != nullptr) places_[i].plan->table = nullptr;
  }
  if (selection_holder_ != nullptr) napi_delete_reference(env_, selection_holder_);
}

bool PlanTable::add(napi_env env, BoundPlan* plan) {
  if (free_count_ == 0) {
    forget_collected(env);
    // Where less than half was freed, the next search would come too soon.
    if (2 * free_count_ <= size_ && !grow() && free_count_ == 0) return false;
  }
  plan->number = free_[--free_count_];
  plan->table = this;
  places_[plan->number].plan = plan;
  return true;
}

void PlanTable::remove(std::size_t number) {
  places_[number].plan = nullptr;
  free_[free_count_++] = static_cast<std::uint32_t>(number);
}

void PlanTable::forget_collected(napi_env env) {
  for (std::size_t i = 0; i < size_; ++i) {
    if (places_[i].plan != nullptr && places_[i].plan->is_collected(env)) release_plan(env, places_[i].plan, nullptr);
  }
}

bool PlanTable::grow() {
  const std::size_t size = size_ == 0 ? 16 : 2 * size_;
  if (size > UINT32_MAX || !places_.reserve(size) || !free_.reserve(size)) return false;
  // The lowest number comes first.
  for (std::size_t i = size; i-- > size_;) {
    places_[i].plan = nullptr;
    free_[free_count_++] = static_cast<std::uint32_t>(i);
  }
  size_ = size;
  return true;
}

napi_value PlanTable::make_selection(napi_env env) {
  void* data = nullptr;
  napi_value buffer = nullptr, array = nullptr;
  if (napi_create_arraybuffer(env, sizeof *selection_, &data, &buffer) != napi_ok ||
      napi_create_typedarray(env, napi_uint32_array, 1, buffer, 0, &array) != napi_ok ||
      napi_create_reference(env, array, 1, &selection_holder_) != napi_ok) {
    return nullptr;
  }
  selection_ = static_cast<const std::uint32_t*>(data);
  env_ = env;
  return array;
}

}  // namespace adamax
