// Opens and closes a region whose functions may use an instruction set. The build has one set of flags, the baseline
// of the ABI; everything beyond it is opened here, in the source, so that no file can leak wide instructions into
// code that runs before detection. MSVC takes any intrinsic anywhere and needs no region.
#pragma once

#define ADAMAX_PRAGMA(text) _Pragma(#text)

#if defined(__clang__)
#define ADAMAX_BEGIN_TARGET(isa) ADAMAX_PRAGMA(clang attribute push(__attribute__((target(isa))), apply_to = function))
#define ADAMAX_END_TARGET ADAMAX_PRAGMA(clang attribute pop)
#elif defined(__GNUC__)
#define ADAMAX_BEGIN_TARGET(isa) ADAMAX_PRAGMA(GCC push_options) ADAMAX_PRAGMA(GCC target(isa))
#define ADAMAX_END_TARGET ADAMAX_PRAGMA(GCC pop_options)
#else
#define ADAMAX_BEGIN_TARGET(isa)
#define ADAMAX_END_TARGET
#endif

// Functions of the vector vocabulary must vanish into their callers: a call would pass vectors through memory.
#if defined(_MSC_VER)
#define ADAMAX_INLINE static __forceinline
#define ADAMAX_NOINLINE __declspec(noinline)
#define ADAMAX_PREFETCH(address) _mm_prefetch(reinterpret_cast<const char*>(address), _MM_HINT_T0)
#define ADAMAX_PREFETCH_READ(address) ADAMAX_PREFETCH(address)
#else
#define ADAMAX_INLINE static inline __attribute__((always_inline))
#define ADAMAX_NOINLINE __attribute__((noinline))
#define ADAMAX_PREFETCH(address) __builtin_prefetch(address, 1)
#define ADAMAX_PREFETCH_READ(address) __builtin_prefetch(address)
#endif

// Says of the loop that follows that its iterations touch different elements, which holds for every sweep.
#if defined(__clang__)
// A loop over intrinsics has its vectors already, and Clang would warn that it cannot make more of it.
#pragma clang diagnostic ignored "-Wpass-failed"
#define ADAMAX_INDEPENDENT ADAMAX_PRAGMA(clang loop vectorize(assume_safety))
#elif defined(__GNUC__)
#define ADAMAX_INDEPENDENT ADAMAX_PRAGMA(GCC ivdep)
#else
#define ADAMAX_INDEPENDENT
#endif
