// What the pool needs of the operating system. The standard library cannot serve: std::thread reports a failure by an
// exception, which ends a process that is compiled without them, and std::condition_variable asks for a libstdc++ newer
// than the one Node.js comes with.
//
// Everything here can be a constant-initialized global with a trivial destructor: a process may end by exit() while
// other threads still sleep on one.
#pragma once

#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <windows.h>
#else
#include <pthread.h>
#include <sched.h>
#endif

namespace adamax {

// Tells the processor that this thread is only waiting.
inline void pause_briefly() {
#if defined(_MSC_VER)
  YieldProcessor();
#elif defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// Lets other threads run that wait for this processor, if there are any.
inline void yield_processor() {
#if defined(_WIN32)
  SwitchToThread();
#else
  sched_yield();
#endif
}

class Mutex {
 public:
  void lock();
  void unlock();

 private:
  friend class Condition;
#if defined(_WIN32)
  SRWLOCK lock_ = SRWLOCK_INIT;
#else
  pthread_mutex_t lock_ = PTHREAD_MUTEX_INITIALIZER;
#endif
};

class Condition {
 public:
  // The caller holds the mutex. The call may return without a reason.
  void wait(Mutex& mutex);
  void wake_one();
  void wake_all();

 private:
#if defined(_WIN32)
  CONDITION_VARIABLE condition_ = CONDITION_VARIABLE_INIT;
#else
  pthread_cond_t condition_ = PTHREAD_COND_INITIALIZER;
#endif
};

// A thread that no signal of the process is delivered to, with a stack of its own size: the default depends on the
// C library, and is 128 KiB in one of them.
class Thread {
 public:
  // Returns false when the system gives no thread; then there is nothing to join.
  bool start(void (*body)());
  // The caller joins once for each start() that succeeded.
  void join();

 private:
#if defined(_WIN32)
  HANDLE thread_ = nullptr;
#else
  pthread_t thread_{};
#endif
};

}  // namespace adamax
