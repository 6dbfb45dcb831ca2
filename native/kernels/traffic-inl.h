// This is no optimizer. It has the memory traffic of Adamax (4 reads, 3 writes) and no arithmetic beyond one logical
// instruction, which keeps a compiler from dropping the read of p. The bench holds Adamax against it, since beyond the
// caches no step can be faster.
struct Traffic {
  static constexpr const char* kName = "traffic";
  static constexpr int kSlots = 2;
  static constexpr int kScalars = 0;

  ADAMAX_INLINE Traffic from(const float*) { return {}; }

  ADAMAX_INLINE void update(const Traffic&, Vec& p, Vec* slot, Vec g) {
    p = either_bits(p, g);
    const Vec first = slot[0];
    slot[0] = slot[1];
    slot[1] = first;
  }
};
