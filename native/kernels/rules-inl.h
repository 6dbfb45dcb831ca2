// The list of rules is the one place to enter a new one, after writing its `<rule>-inl.h`. The file of each instruction
// set includes it once, inside its region and an anonymous namespace, after its vector vocabulary: nothing here has
// external linkage, so that the linker cannot pick one instruction set's copy of a function for another's caller.

#include "kernels/element_step-inl.h"
#include "kernels/slots-inl.h"
// The sweeps take a gradient in through element_step-inl.h, so they come after it.
#include "kernels/dense-inl.h"
#include "kernels/digest-inl.h"
#include "kernels/rows-inl.h"
#include "kernels/sum_squares-inl.h"
// The rules come last.
#include "kernels/adagrad-inl.h"
#include "kernels/adamax-inl.h"
#include "kernels/rmsprop-inl.h"
#include "kernels/sgd-inl.h"
#include "kernels/traffic-inl.h"

template <class Rule, class Slot>
constexpr Sweeps sweeps_of() {
  // A rule without slots needs only one instantiation.
  if constexpr (Rule::kSlots == 0 && sizeof(Slot) < sizeof(float)) {
    return sweeps_of<Rule, float>();
  } else {
    return {dense<Rule, Slot>, rows<Rule, Slot>};
  }
}

template <class Rule>
constexpr RuleKernels kernels_of() {
  static_assert(Rule::kSlots <= kMaxSlots && Rule::kScalars <= kMaxScalars, "raise the limits in table.h");
  return {Rule::kName, Rule::kSlots, Rule::kScalars, {sweeps_of<Rule, float>(), sweeps_of<Rule, Bfloat16>()}};
}

constexpr RuleKernels kRules[] = {
    kernels_of<Adamax>(),
    kernels_of<Adagrad>(),
    kernels_of<RmsProp<false, false>>(),
    kernels_of<RmsProp<false, true>>(),
    kernels_of<RmsProp<true, false>>(),
    kernels_of<RmsProp<true, true>>(),
    kernels_of<Sgd>(),
    kernels_of<SgdMomentum<false>>(),
    kernels_of<SgdMomentum<true>>(),
    kernels_of<Traffic>(),
};

constexpr KernelTable table_of(const char* isa) {
  return {isa, kRules, sizeof(kRules) / sizeof(kRules[0]), block_sum, digest};
}
