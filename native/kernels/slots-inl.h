// How a slot is stored, by the format of its elements.

template <class Extent>
ADAMAX_INLINE void store_slot(float* to, Vec x, const Dither&, Extent extent) {
  store(to, x, extent);
}
template <class Extent>
ADAMAX_INLINE void store_slot(Bfloat16* to, Vec x, const Dither& dither, Extent extent) {
  store(to, x, dither, extent);
}
