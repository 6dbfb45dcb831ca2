#include "runtime/thread.h"

#include <cstddef>

#if !defined(_WIN32)
#include <csignal>
#endif
#if defined(__linux__)
#include <sys/prctl.h>
#endif

// Since 2.34 glibc has these functions in libc, under a new version; an addon linked to that would not load with an
// older glibc that Node.js runs on. Every glibc has the first version of each. ThreadSanitizer wants them by their
// names.
#if defined(__GLIBC__) && !defined(__SANITIZE_THREAD__)
#if defined(__x86_64__)
#define ADAMAX_FIRST_VERSION(name) __asm__(".symver " #name "," #name "@GLIBC_2.2.5")
#elif defined(__aarch64__)
#define ADAMAX_FIRST_VERSION(name) __asm__(".symver " #name "," #name "@GLIBC_2.17")
#endif
#endif
#if defined(ADAMAX_FIRST_VERSION)
ADAMAX_FIRST_VERSION(pthread_create);
ADAMAX_FIRST_VERSION(pthread_join);
ADAMAX_FIRST_VERSION(pthread_sigmask);
ADAMAX_FIRST_VERSION(pthread_attr_setstacksize);
ADAMAX_FIRST_VERSION(pthread_mutex_trylock);
#endif

namespace adamax {
namespace {

constexpr std::size_t kStack = std::size_t{512} << 10;

}  // namespace

#if defined(_WIN32)

void Mutex::lock() { AcquireSRWLockExclusive(&lock_); }
void Mutex::unlock() { ReleaseSRWLockExclusive(&lock_); }

void Condition::wait(Mutex& mutex) { SleepConditionVariableSRW(&condition_, &mutex.lock_, INFINITE, 0); }
void Condition::wake_one() { WakeConditionVariable(&condition_); }
void Condition::wake_all() { WakeAllConditionVariable(&condition_); }

namespace {

DWORD WINAPI enter(void* body) {
  (*reinterpret_cast<void (*)()>(body))();
  return 0;
}

}  // namespace

bool Thread::start(void (*body)()) {
  thread_ =
      CreateThread(nullptr, kStack, enter, reinterpret_cast<void*>(body), STACK_SIZE_PARAM_IS_A_RESERVATION, nullptr);
  return thread_ != nullptr;
}

void Thread::join() {
  WaitForSingleObject(thread_, INFINITE);
  CloseHandle(thread_);
}

#else

void Mutex::lock() {
  // What the pool does under its mutex takes less time than going to sleep and being woken.
  for (int tries = 0; tries < 100; ++tries) {
    if (pthread_mutex_trylock(&lock_) == 0) return;
    pause_briefly();
  }
  pthread_mutex_lock(&lock_);
}

void Mutex::unlock() { pthread_mutex_unlock(&lock_); }

void Condition::wait(Mutex& mutex) { pthread_cond_wait(&condition_, &mutex.lock_); }
void Condition::wake_one() { pthread_cond_signal(&condition_); }
void Condition::wake_all() { pthread_cond_broadcast(&condition_); }

namespace {

void* enter(void* body) {
#if defined(__linux__)
  prctl(PR_SET_NAME, "adamax");
#elif defined(__APPLE__)
  pthread_setname_np("adamax");
#endif
  (*reinterpret_cast<void (*)()>(body))();
  return nullptr;
}

// Blocks all signals but those that the system sends to the thread which caused them: if one of these came while it is
// blocked, it would end the process without its crash report.
sigset_t blocked_signals() {
  sigset_t set;
  sigfillset(&set);
  constexpr int kOwn[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS};
  for (const int own : kOwn) sigdelset(&set, own);
  return set;
}

}  // namespace

bool Thread::start(void (*body)()) {
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return false;
  pthread_attr_setstacksize(&attributes, kStack);
  // Signals are blocked before the start, and the thread inherits that, so that none can reach it.
  const sigset_t blocked = blocked_signals();
  sigset_t before;
  bool started = pthread_sigmask(SIG_BLOCK, &blocked, &before) == 0;
  if (started) {
    started = pthread_create(&thread_, &attributes, enter, reinterpret_cast<void*>(body)) == 0;
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
  pthread_attr_destroy(&attributes);
  return started;
}

void Thread::join() { pthread_join(thread_, nullptr); }

#endif

}  // namespace adamax
