// One rule as somebody implements it: the kernels of a table, or the oracle. Tests run two subjects side by side.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/table.h"
#include "oracle.h"
#include "runtime/plan.h"
#include "runtime/row_index.h"

namespace adamax::test {

// A sparse step on a table of rows; every index is good.
struct SparseStep {
  float* param;
  void* slot[kMaxSlots];
  const float* values;
  std::size_t table_length;
  std::size_t row_length;
  const std::vector<std::int64_t>& indices;
  Clip clip = {};
};

class Subject {
 public:
  virtual ~Subject() = default;
  virtual int slots() const = 0;
  virtual void dense(const Dense& arrays, const Scalars& scalars) = 0;
  virtual void dense_out(const Dense& arrays, const Scalars& scalars) = 0;
  virtual void rows(const SparseStep& step, const Scalars& scalars) = 0;
};

class KernelSubject : public Subject {
 public:
  KernelSubject(const RuleKernels& kernels, SlotFormat format) : kernels_(kernels), sweeps_(kernels.over(format)) {}

  int slots() const override { return kernels_.slots; }
  void dense(const Dense& arrays, const Scalars& scalars) override {
    Dense in_place = arrays;
    in_place.out = in_place.param;
    sweeps_.dense(&in_place, 1, scalars);
  }
  void dense_out(const Dense& arrays, const Scalars& scalars) override { sweeps_.dense(&arrays, 1, scalars); }
  void rows(const SparseStep& step, const Scalars& scalars) override {
    RowIndex index;
    const Indices indices{step.indices.data(), Indices::Kind::kInt64, step.indices.size()};
    if (!index.build(indices, table_rows(step.table_length, step.row_length)).good()) return;
    PlanEntry entry{};
    entry.dense.param = step.param;
    for (int k = 0; k < kernels_.slots; ++k) entry.dense.slot[k] = step.slot[k];
    entry.dense.grad = step.values;
    entry.dense.out = step.param;
    entry.dense.length = step.table_length;
    entry.row_length = step.row_length;
    entry.index = &index;
    run_rows(sweeps_, entry, 0, index.count(), scalars, step.clip);
  }

 private:
  const RuleKernels& kernels_;
  const Sweeps& sweeps_;
};

class OracleSubject : public Subject {
 public:
  OracleSubject(const oracle::Rule& rule, SlotFormat format) : rule_(rule), format_(format) {}

  int slots() const override { return rule_.slots; }
  void dense(const Dense& arrays, const Scalars& scalars) override {
    Dense in_place = arrays;
    in_place.out = in_place.param;
    dense_out(in_place, scalars);
  }
  void dense_out(const Dense& arrays, const Scalars& scalars) override {
    oracle::Slot slot[kMaxSlots];
    view(arrays.slot, slot);
    for (std::size_t i = 0; i < arrays.length; ++i) {
      float state[kMaxSlots];
      for (int k = 0; k < rule_.slots; ++k) state[k] = slot[k].get(i);
      float param = arrays.param[i];
      rule_.element(&param, state, oracle::clipped(arrays.grad[i], arrays.clip.factor, arrays.clip.bound),
                    scalars.of_rule);
      for (int k = 0; k < rule_.slots; ++k) slot[k].set(i, state[k], scalars.dither);
      arrays.out[i] = param;
    }
  }
  void rows(const SparseStep& step, const Scalars& scalars) override {
    oracle::Slot slot[kMaxSlots];
    view(step.slot, slot);
    oracle::step_rows(rule_, step.param, slot, step.row_length, step.values, step.indices, scalars, step.clip.factor,
                      step.clip.bound);
  }

 private:
  void view(void* const* slot, oracle::Slot* to) const {
    for (int k = 0; k < rule_.slots; ++k) to[k] = {slot[k], format_ == SlotFormat::kBfloat16};
  }

  const oracle::Rule& rule_;
  SlotFormat format_;
};

}  // namespace adamax::test
