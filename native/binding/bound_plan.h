// A plan as JavaScript holds it: a number, and a control array, with which the plan lives and dies. These functions are
// for the plan whose number `selectedPlan` holds, a Uint32Array of one element:
//
//   target(entry, set, rowLength, length, param | null, out | null, ...slots)
//                                        binds a variable; entry is at most the number of entries so far. Without a
//                                        `param` it has no place until place() gives it one; without an `out` it is
//                                        stepped in place
//   gradient(entry, values, indices | null)
//                                        binds its gradient
//   place(heap, offsets)                 binds the first entries to parts of one array: `offsets` says for each where
//                                        in `heap` its param, its out and its gradient begin, in elements
//   stretch(entry, begin, end, gradient | null = null)
//                                        limits runs to elements [begin, end) of an entry whose gradient is dense, from
//                                        a multiple of 65,536 to another, or to the end; until another stretch or
//                                        target is set. `gradient` has these elements alone; without it they are
//                                        those of the gradient of the entry
//   norms(array | null)                  the norms that gradients are clipped by, by entry; null for their own
//   truncate(count)                      forgets entries from `count` on
//   run()                                steps the entries that `control` names: undefined when all went well, else a
//                                        number by number_of(Outcome)
//   runAsync(held)                       a promise of the same, kept on a thread of libuv; `control` is read before it
//                                        returns, and `held` is kept alive until it is done
//
// The plan keeps addresses between steps. Their holders are on the other side: lib/step keeps every bound array alive
// and, right before each run, makes sure that its memory is still there; arrays on buffers that can be resized never
// get here. lib/backend/native.ts keeps `control` alive as long as it uses the number.
//
// An unchanged step crosses the border with no argument at all, since reading arguments would take longer than stepping
// a small variable: what changes from step to step is read from `control`, a Float64Array (contract.h). The functions
// are made once, because each has a finalizer and takes some 600 bytes until the event loop turns.
#pragma once

#include <napi.h>

#include "binding/contract.h"
#include "binding/instance.h"
#include "runtime/plan.h"

namespace adamax {

struct BoundPlan {
  BoundPlan(Instance& owner, std::size_t rule, SlotFormat format)
      : plan(owner.indices, rule, format), instance(owner), slot_format(format) {}

  Plan plan;
  Instance& instance;
  SlotFormat slot_format;
  std::size_t slots = 0;
  std::size_t scalars = 0;
  double* control = nullptr;
  std::size_t sets = 0;
  napi_ref control_reference = nullptr;  // is weak
  PlanTable* table = nullptr;            // null unless the plan is in it, as `number`
  std::size_t number = 0;
  bool busy = false;      // a run is on another thread, and nothing else may touch the plan
  bool released = false;  // nobody has the plan any more but that run
  std::size_t reported = 0;

  // Takes the scalars out of `control`, and whether gradients must be finite, so that the array may change while a run
  // is on another thread. Returns false when there is no memory.
  bool read_sets();
  // Prepares and runs what `control` names.
  Outcome step(std::size_t first, std::size_t count, const KernelTable& table, std::size_t threads);
  void report_memory(napi_env env);
  // Whether nobody has its control array any more.
  bool is_collected(napi_env env) const;
};

// Reads from `control` where a run begins and how many entries it takes. Returns false when the plan does not have
// them.
bool read_range(const BoundPlan& bound, std::size_t* first, std::size_t* count);

// Leaves an exception pending and returns false for no plan, and for one with a run on another thread.
bool check_idle(napi_env env, const BoundPlan* bound);

// Takes the plan out of its table, and destroys it, or leaves that to the end of its run. This is a finalizer.
void release_plan(napi_env env, void* bound, void*);
void destroy_plan(napi_env env, BoundPlan* bound);

napi_value run(napi_env env, napi_callback_info info);
napi_value run_async(napi_env env, napi_callback_info info);

// The arguments of a call; those that are missing are undefined.
template <std::size_t kMost>
struct Arguments {
  napi_value value[kMost] = {};
  std::size_t count = kMost;
  Instance* instance = nullptr;

  Arguments(napi_env env, napi_callback_info info) {
    void* data = nullptr;
    napi_get_cb_info(env, info, &count, value, nullptr, &data);
    instance = static_cast<Instance*>(data);
  }
  BoundPlan* plan() const { return instance->plans.selected(); }
};

}  // namespace adamax
