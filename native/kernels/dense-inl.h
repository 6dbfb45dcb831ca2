// The dense sweep, for any rule: whole vectors, then the tail of one. Both run the same operations, so the bits of
// an element do not depend on where a sweep begins or ends.

// From this length on a sweep is worth preparing: it first steps up to an address of `param` that a vector can be
// aligned to, and asks for memory ahead. Large arrays all start 16 bytes into a page, so that this aligns the slots and
// the gradient too, and no access splits a line.
inline constexpr std::size_t kPrepareFrom = 4096;

// Slot k of the arrays of a sweep.
template <class ElementStep, class Arrays>
ADAMAX_INLINE typename ElementStep::Slot* slot_of(const Arrays& arrays, int k) {
  return static_cast<typename ElementStep::Slot*>(arrays.slot[k]);
}

// Steps N vectors from element i on. All of them are loaded before any is stored.
template <class ElementStep, int N, class Extent>
ADAMAX_INLINE void step_at(const ElementStep& step, const Dense& d, std::size_t i, Extent extent) {
  Vec p[N], g[N], slot[N][ElementStep::kSlotRoom];
  for (int n = 0; n < N; ++n) {
    const std::size_t at = i + n * kWidth;
    p[n] = load(d.param + at, extent);
    g[n] = ElementStep::take(step, load(d.grad + at, extent));
  }
  for (int k = 0; k < ElementStep::kSlots; ++k) load_slot(slot_of<ElementStep>(d, k) + i, slot, k, extent);
  for (int n = 0; n < N; ++n) ElementStep::update(step, p[n], slot[n], g[n]);
  for (int k = 0; k < ElementStep::kSlots; ++k) {
    store_slot(slot_of<ElementStep>(d, k) + i, slot, k, step.dither, extent);
  }
  for (int n = 0; n < N; ++n) store(d.out + i + n * kWidth, p[n], extent);
}

// How many elements ahead a sweep over bfloat16 slots asks for memory. It has more to compute than one over float32 and
// less to wait for, and without asking ahead the computing does not hide the waiting. Counted in elements, the best
// distance is the same for each instruction set: on a Xeon of 2023 at 16M elements the speed was 1.44 times that of the
// float32 step with AVX-512 and 1.46 times with AVX2, without asking ahead 1.20 and 1.14 times, and from 512 to 1,024
// elements the same within 2 %. A float32 sweep gains nothing by it.
inline constexpr std::size_t kElementsAhead = 512;
inline constexpr std::size_t kLineFloats = 16;

template <class ElementStep, int N>
ADAMAX_INLINE void prefetch_ahead(const Dense& d, std::size_t i) {
  const std::size_t at = i + kElementsAhead;
  for (std::size_t line = 0; line < N * kWidth; line += kLineFloats) {
    ADAMAX_PREFETCH_READ(d.param + at + line);
    ADAMAX_PREFETCH_READ(d.grad + at + line);
  }
  for (int k = 0; k < ElementStep::kSlots; ++k) ADAMAX_PREFETCH_READ(slot_of<ElementStep>(d, k) + at);
}

// A sweep in which a round of the loop takes N vectors.
template <int N, class ElementStep>
ADAMAX_INLINE void sweep(const ElementStep& step, const Dense d) {
  std::size_t i = 0;
  if constexpr (N > 1 && kWidth > 1) {
    const bool prepared = d.length >= kPrepareFrom;
    if (prepared) {
      i = (0 - reinterpret_cast<std::uintptr_t>(d.param) / sizeof(float)) % kWidth;
      if (i > 0) step_at<ElementStep, 1>(step, d, 0, Tail{i});
    }
    for (; i + N * kWidth <= d.length; i += N * kWidth) {
      // A prefetch is of whole lines, so a round must take whole lines.
      if constexpr (sizeof(typename ElementStep::Slot) < sizeof(float) && N * kWidth >= kLineFloats) {
        if (prepared) prefetch_ahead<ElementStep, N>(d, i);
      }
      step_at<ElementStep, N>(step, d, i, Whole{});
    }
  }
  const std::size_t whole = d.length - (d.length - i) % kWidth;
  ADAMAX_INDEPENDENT
  for (; i < whole; i += kWidth) step_at<ElementStep, 1>(step, d, i, Whole{});
  if (whole < d.length) step_at<ElementStep, 1>(step, d, whole, Tail{d.length - whole});
}

// `plain` is the step without clipping.
template <class Rule, class Slot>
ADAMAX_INLINE void sweep_gradient(const ElementStep<Rule, AsItIs, Slot>& plain, const Dense d, const Scalars& scalars) {
  if (d.clip.neutral()) {
    sweep<2>(plain, d);
  } else {
    sweep<2>(ElementStep<Rule, Clipped, Slot>::from(scalars, d.clip), d);
  }
}

template <class Rule, class Slot>
ADAMAX_NOINLINE void dense_out(const Dense& arrays, const Scalars& scalars) {
  sweep_gradient<Rule, Slot>(ElementStep<Rule, AsItIs, Slot>::from(scalars, kNoClip), arrays, scalars);
}

// Where `out` is `param` the compiler is told so, and one address register serves both. The scalars are spread over
// vectors once for all sweeps in place, because in a step of 100 variables of 64 floats that takes a quarter of the
// time. A sweep out of place is a function of its own, so that it takes no registers from the others.
template <class Rule, class Slot>
void dense(const Dense* list, std::size_t count, const Scalars& scalars) {
  const auto plain = ElementStep<Rule, AsItIs, Slot>::from(scalars, kNoClip);
  for (std::size_t i = 0; i < count; ++i) {
    if (list[i].out != list[i].param) {
      dense_out<Rule, Slot>(list[i], scalars);
      continue;
    }
    Dense in_place = list[i];
    in_place.out = in_place.param;
    sweep_gradient<Rule, Slot>(plain, in_place, scalars);
  }
}
