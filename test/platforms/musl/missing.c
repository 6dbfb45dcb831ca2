/* What a libstdc++ of GCC 12 has beyond one of GCC 10, as far as Bun is linked to it. Both end the process. */
void _ZSt28__throw_bad_array_new_lengthv(void) { __builtin_trap(); }
void _ZSt21__glibcxx_assert_failPKciS0_S0_(void) { __builtin_trap(); }
