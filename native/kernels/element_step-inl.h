// A sweep takes a gradient in as it is, or clipped (table.h, Clip). These are two types with one interface, so that a
// step without clipping pays nothing for it.

struct AsItIs {
  ADAMAX_INLINE AsItIs from(const Clip&) { return {}; }
  ADAMAX_INLINE Vec take(const AsItIs&, Vec g) { return g; }
};

struct Clipped {
  Vec factor, lower, upper;

  ADAMAX_INLINE Clipped from(const Clip& clip) {
    return {broadcast(clip.factor), broadcast(-clip.bound), broadcast(clip.bound)};
  }
  // NaN passes through: both comparisons with it are false.
  ADAMAX_INLINE Vec take(const Clipped& c, Vec g) { return greater(c.lower, lesser(c.upper, g * c.factor)); }
};

// A rule, its gradient's way in, and the type of its slots' elements: what a sweep does to an element.
template <class Rule, class Gradient, class SlotElement>
struct ElementStep {
  using Slot = SlotElement;
  static constexpr int kSlots = Rule::kSlots;
  // Arrays of slots have at least one element, also for a rule without any.
  static constexpr int kSlotRoom = kSlots > 0 ? kSlots : 1;

  Rule rule;
  Gradient gradient;
  Dither dither;

  ADAMAX_INLINE ElementStep from(const Scalars& scalars, const Clip& clip) {
    return {Rule::from(scalars.of_rule), Gradient::from(clip), dither_of(scalars.dither)};
  }
  ADAMAX_INLINE Vec take(const ElementStep& step, Vec g) { return Gradient::take(step.gradient, g); }
  // `g` has gone through take().
  ADAMAX_INLINE void update(const ElementStep& step, Vec& p, Vec* slot, Vec g) { Rule::update(step.rule, p, slot, g); }
};
