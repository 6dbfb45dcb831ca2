// The dense sweep, for any rule: whole vectors, then one part of a vector. Both run the same operations, so the bits of
// an element do not depend on where a sweep begins or ends.

template <class Rule, class Extent>
ADAMAX_INLINE void step_at(const Rule& rule, const Dense& d, std::size_t i, Extent extent) {
  Vec p = load(d.param + i, extent);
  Vec slot[Rule::kSlots];
  for (int k = 0; k < Rule::kSlots; ++k) slot[k] = load(d.slot[k] + i, extent);
  Rule::update(rule, p, slot, load(d.grad + i, extent));
  for (int k = 0; k < Rule::kSlots; ++k) store(d.slot[k] + i, slot[k], extent);
  store(d.out + i, p, extent);
}

template <class Rule>
ADAMAX_INLINE void sweep(const Dense d, const float* scalars) {
  const Rule rule = Rule::from(scalars);
  const std::size_t whole = d.length - d.length % kWidth;
  ADAMAX_INDEPENDENT
  for (std::size_t i = 0; i < whole; i += kWidth) step_at(rule, d, i, Whole{});
  if (whole < d.length) step_at(rule, d, whole, Part{d.length - whole});
}

template <class Rule>
void dense_out(const Dense& arrays, const float* scalars) {
  sweep<Rule>(arrays, scalars);
}

// The same with `out` known to be `param`, so that one address register serves both.
template <class Rule>
void dense(const Dense& arrays, const float* scalars) {
  Dense in_place = arrays;
  in_place.out = in_place.param;
  sweep<Rule>(in_place, scalars);
}
