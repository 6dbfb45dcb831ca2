// The dense sweep, for any rule: whole vectors, then one part of a vector. Both run the same operations, so the bits of
// an element do not depend on where a sweep begins or ends.

// From this length on a sweep first steps up to an address of `param` that a vector can be aligned to. Large arrays all
// start 16 bytes into a page, so that this aligns the slots and the gradient too, and no access splits a line.
inline constexpr std::size_t kAlignFrom = 4096;

// N vectors from element i on. All of them are loaded before any is stored.
template <class Step, int N, class Extent>
ADAMAX_INLINE void step_at(const Step& step, const Dense& d, std::size_t i, Extent extent) {
  Vec p[N], g[N], slot[N][Step::kSlotRoom];
  for (int n = 0; n < N; ++n) {
    const std::size_t at = i + n * kWidth;
    p[n] = load(d.param + at, extent);
    for (int k = 0; k < Step::kSlots; ++k) slot[n][k] = load(d.slot[k] + at, extent);
    g[n] = Step::take(step, load(d.grad + at, extent));
  }
  for (int n = 0; n < N; ++n) Step::update(step, p[n], slot[n], g[n]);
  for (int n = 0; n < N; ++n) {
    const std::size_t at = i + n * kWidth;
    for (int k = 0; k < Step::kSlots; ++k) store(d.slot[k] + at, slot[n][k], extent);
    store(d.out + at, p[n], extent);
  }
}

// A sweep in which a round of the loop takes N vectors.
template <int N, class Step>
ADAMAX_INLINE void sweep(const Step& step, const Dense d) {
  std::size_t i = 0;
  if constexpr (N > 1 && kWidth > 1) {
    if (d.length >= kAlignFrom) {
      i = (0 - reinterpret_cast<std::uintptr_t>(d.param) / sizeof(float)) % kWidth;
      if (i > 0) step_at<Step, 1>(step, d, 0, Part{i});
    }
    for (; i + N * kWidth <= d.length; i += N * kWidth) step_at<Step, N>(step, d, i, Whole{});
  }
  const std::size_t whole = d.length - (d.length - i) % kWidth;
  ADAMAX_INDEPENDENT
  for (; i < whole; i += kWidth) step_at<Step, 1>(step, d, i, Whole{});
  if (whole < d.length) step_at<Step, 1>(step, d, whole, Part{d.length - whole});
}

// `plain` is the step without clipping.
template <class Rule>
ADAMAX_INLINE void sweep_gradient(const Step<Rule, AsItIs>& plain, const Dense d, const float* scalars) {
  if (d.clip.neutral()) {
    sweep<2>(plain, d);
  } else {
    sweep<2>(Step<Rule, Clipped>::from(scalars, d.clip), d);
  }
}

template <class Rule>
void dense_out(const Dense& arrays, const float* scalars) {
  sweep_gradient<Rule>(Step<Rule, AsItIs>::from(scalars, kNoClip), arrays, scalars);
}

// The same for a list, with `out` known to be `param`, so that one address register serves both. The scalars are spread
// over vectors once for all: of 100 variables of 64 floats that is a quarter of the time.
template <class Rule>
void dense(const Dense* list, std::size_t count, const float* scalars) {
  const auto plain = Step<Rule, AsItIs>::from(scalars, kNoClip);
  for (std::size_t i = 0; i < count; ++i) {
    Dense in_place = list[i];
    in_place.out = in_place.param;
    sweep_gradient<Rule>(plain, in_place, scalars);
  }
}
