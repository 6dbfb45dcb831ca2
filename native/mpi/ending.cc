#include "mpi/ending.h"

#include <pthread.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <mutex>

#include "mpi/queue_state.h"
#include "mpi/thread.h"

namespace adamax {
namespace {

// Seconds for an exchange that is under way: another replica may be reading this one's memory, and would crash if that
// went.
constexpr std::chrono::seconds kGrace{1};
// Seconds that MPI_Abort may take to tell the launcher.
constexpr unsigned kAbort = 5;

int exit_code = 0;
int code_of_end = 1;
// The thread that ends the job, once the queue is ending; the mutex of the queue guards it.
pthread_t ender;

void* end_later(void*) {
  sleep(kAbort);
  _exit(code_of_end);
}

// The status of the process is that of the thread that ends the job: an exit meanwhile goes no further, unless it is
// one that MPI_Abort makes itself.
void end_at_exit(int code) {
  end_job(code != 0 ? code : 1);
  {
    Queue& q = queue();
    const std::lock_guard<std::mutex> lock(q.mutex);
    if (!q.ending || pthread_equal(ender, pthread_self()) != 0) return;
  }
  for (;;) pause();
}

#if defined(__GLIBC__)
void at_exit(int code, void*) { end_at_exit(code); }
#else
void at_exit() { end_at_exit(exit_code); }
#endif

}  // namespace

void set_exit_code(int code) { exit_code = code; }

void abort_at_exit() {
#if defined(__GLIBC__)
  on_exit(at_exit, nullptr);
#else
  std::atexit(at_exit);
#endif
}

void end_job(int code) {
  Queue& q = queue();
  bool joined = false;
  {
    std::unique_lock<std::mutex> lock(q.mutex);
    if (q.stage == Stage::kFresh || q.stage == Stage::kLeft || q.ending) return;
    q.ending = true;
    ender = pthread_self();
    joined = q.stage != Stage::kJoining;
    q.idle.wait_for(lock, joined ? kGrace : std::chrono::seconds(0), [&q] { return q.running == nullptr; });
  }
  code_of_end = code;
  // Before MPI has started there is nothing to abort, and the launcher takes a process that ends for the end of all.
  if (joined && start_thread(end_later, nullptr)) abort_job(code);
  _exit(code);
}

}  // namespace adamax
