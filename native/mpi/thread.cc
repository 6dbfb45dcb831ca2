#include "mpi/thread.h"

#include <dlfcn.h>
#include <pthread.h>

#include <csignal>
#include <cstddef>

namespace adamax {

bool start_thread(void* (*body)(void*), void* argument) {
  // The default depends on the C library, and the transports of MPI count on that of glibc.
  constexpr std::size_t kStack = std::size_t{8} << 20;
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return false;
  pthread_attr_setstacksize(&attributes, kStack);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  // The thread inherits what is blocked. What the system sends to the thread that caused it stays open, since it would
  // end the process without its crash report otherwise.
  sigset_t blocked, before;
  sigfillset(&blocked);
  constexpr int kOwn[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS};
  for (const int own : kOwn) sigdelset(&blocked, own);
  pthread_t thread{};
  bool started = pthread_sigmask(SIG_BLOCK, &blocked, &before) == 0;
  if (started) {
    started = pthread_create(&thread, &attributes, body, argument) == 0;
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
  pthread_attr_destroy(&attributes);
  return started;
}

void keep_loaded() {
  static const int here = 0;
  Dl_info info;
  if (dladdr(&here, &info) == 0 || info.dli_fname == nullptr) return;
  dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
}

}  // namespace adamax
