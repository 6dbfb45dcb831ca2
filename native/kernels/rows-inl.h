// The sparse sweep, for any rule. It takes one row at a time, and sums its slices in registers in order of occurrence.
//
// It is bound by three cache misses a row (param and two slots) when the table is larger than the caches. They are
// taken off the critical path by asking for a row kPrefetchRows ahead of its use.

// On Zen 4, for rows of 16 to 256 floats, 2 to 4 rows ahead were measured to be best, and 16 and more to be 5 to 10 %
// worse.
inline constexpr std::size_t kPrefetchRows = 4;

template <class ElementStep>
ADAMAX_INLINE void prefetch_row(const Rows& r, std::size_t row) {
  const std::size_t begin = row * r.row_length;
  for (std::size_t i = begin; i < begin + r.row_length; i += kLineFloats) {
    ADAMAX_PREFETCH(r.param + i);
    for (int k = 0; k < ElementStep::kSlots; ++k) ADAMAX_PREFETCH(slot_of<ElementStep>(r, k) + i);
  }
  // A row that does not begin with a line ends on one more.
  const std::size_t last = begin + r.row_length - 1;
  ADAMAX_PREFETCH(r.param + last);
  for (int k = 0; k < ElementStep::kSlots; ++k) ADAMAX_PREFETCH(slot_of<ElementStep>(r, k) + last);
}

// The gradient of one stretch of a row: its slices, each taken in by itself, added one after another, from the first.
template <class ElementStep, class Extent>
ADAMAX_INLINE Vec sum_slices(const ElementStep& step, const Rows& r, std::uint32_t first, std::size_t i,
                             Extent extent) {
  Vec sum = ElementStep::take(step, load(r.values + first * r.row_length + i, extent));
  for (std::uint32_t slice = r.next[first]; slice != kNoSlice; slice = r.next[slice]) {
    sum = sum + ElementStep::take(step, load(r.values + slice * r.row_length + i, extent));
  }
  return sum;
}

template <class ElementStep, class Extent>
ADAMAX_INLINE void step_row_at(const ElementStep& step, const Rows& r, const TouchedRow& touched, std::size_t i,
                               Extent extent) {
  const std::size_t at = touched.row * r.row_length + i;
  Vec p = load(r.param + at, extent);
  Vec slot[1][ElementStep::kSlotRoom];
  for (int k = 0; k < ElementStep::kSlots; ++k) load_slot(slot_of<ElementStep>(r, k) + at, slot, k, extent);
  ElementStep::update(step, p, slot[0], sum_slices(step, r, touched.first, i, extent));
  for (int k = 0; k < ElementStep::kSlots; ++k) {
    store_slot(slot_of<ElementStep>(r, k) + at, slot, k, step.dither, extent);
  }
  store(r.param + at, p, extent);
}

// A row with a single slice is a dense sweep of its own, with nothing to look up from one vector to the next: that was
// measured to be 1.6 times as fast with AVX2 on a table of 10M rows. A round takes one vector, because two were
// measured to lose all of that.
template <class ElementStep>
ADAMAX_INLINE Dense row_of(const Rows& r, const TouchedRow& touched) {
  const std::size_t at = touched.row * r.row_length;
  Dense row{r.param + at, {}, r.values + touched.first * r.row_length, r.param + at, r.row_length, r.clip};
  for (int k = 0; k < ElementStep::kSlots; ++k) row.slot[k] = slot_of<ElementStep>(r, k) + at;
  return row;
}

template <class ElementStep>
ADAMAX_INLINE void sweep_rows(const ElementStep& step, const Rows r, std::size_t begin, std::size_t end) {
  const std::size_t whole = r.row_length - r.row_length % kWidth;
  for (std::size_t t = begin; t < end; ++t) {
    if (t + kPrefetchRows < end) prefetch_row<ElementStep>(r, r.touched[t + kPrefetchRows].row);
    const TouchedRow touched = r.touched[t];  // a copy: to the compiler, the stores below might change the original
    if (r.next[touched.first] == kNoSlice) {
      sweep<1>(step, row_of<ElementStep>(r, touched));
      continue;
    }
    for (std::size_t i = 0; i < whole; i += kWidth) step_row_at(step, r, touched, i, Whole{});
    if (whole < r.row_length) step_row_at(step, r, touched, whole, Tail{r.row_length - whole});
  }
}

template <class Rule, class Slot>
void rows(const Rows& arrays, std::size_t begin, std::size_t end, const Scalars& scalars) {
  if (arrays.clip.neutral()) {
    sweep_rows(ElementStep<Rule, AsItIs, Slot>::from(scalars, arrays.clip), arrays, begin, end);
  } else {
    sweep_rows(ElementStep<Rule, Clipped, Slot>::from(scalars, arrays.clip), arrays, begin, end);
  }
}
