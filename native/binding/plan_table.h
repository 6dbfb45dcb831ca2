// The plans of one environment, by number.
//
// A plan lives as long as its control array, to which it has a weak reference. Node-API calls finalizers only when the
// event loop turns, so a loop that makes optimizers and drops them would pile up plans; therefore the table itself
// looks for plans whose array was collected, whenever it is full. What has gone and is not yet freed is then at most as
// much as was alive at once, or between two collections.
#pragma once

#include <node_api.h>

#include <cstddef>
#include <cstdint>

#include "runtime/buffer.h"

namespace adamax {

struct BoundPlan;

class PlanTable {
 public:
  PlanTable() = default;
  ~PlanTable();
  PlanTable(const PlanTable&) = delete;
  PlanTable& operator=(const PlanTable&) = delete;

  // Gives a plan a number. Returns false when there is no memory.
  bool add(napi_env env, BoundPlan* plan);
  void remove(std::size_t number);

  // Makes the array that says which plan calls are for: its only element is the number of it. Returns null when an
  // exception is pending.
  napi_value make_selection(napi_env env);
  // The plan that is selected, or null if there is none of that number.
  BoundPlan* selected() const { return *selection_ < size_ ? places_[*selection_].plan : nullptr; }

 private:
  struct Place {
    BoundPlan* plan;  // null where there is none
  };

  void forget_collected(napi_env env);
  bool grow();

  Buffer<Place> places_;
  std::size_t size_ = 0;
  Buffer<std::uint32_t> free_;  // a stack of free numbers
  std::size_t free_count_ = 0;
  const std::uint32_t* selection_ = nullptr;
  napi_env env_ = nullptr;
  napi_ref selection_holder_ = nullptr;
};

}  // namespace adamax
