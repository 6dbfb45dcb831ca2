#include "mpi/watchdog.h"

#include <unistd.h>

#include <mutex>

#include "mpi/ending.h"
#include "mpi/thread.h"

namespace adamax {
namespace {

// What a job ends with that has waited too long.
constexpr int kTimedOut = 111;

// It is written past JavaScript, which is blocked, or will not run again; the words are those of TypeScript.
void say(const Queue& queue) {
  std::size_t written = 0;
  while (written < queue.text_length) {
    const ssize_t count = write(STDERR_FILENO, queue.text + written, queue.text_length - written);
    if (count <= 0) return;
    written += static_cast<std::size_t>(count);
  }
}

// The body of the thread. It sleeps until the deadline of the job it saw last, and then looks at that of the one that
// runs now, so that jobs which are done in time wake nobody.
void* guard(void* argument) {
  Queue& queue = *static_cast<Queue*>(argument);
  std::unique_lock<std::mutex> lock(queue.mutex);
  while (queue.stage != Stage::kLeft) {
    if (queue.running == nullptr || queue.ending) {
      queue.watching = false;
      queue.watched.wait(lock);
    } else if (std::chrono::steady_clock::now() < queue.deadline) {
      queue.watching = true;
      queue.watched.wait_until(lock, queue.deadline);
    } else {
      say(queue);
      queue.running = nullptr;  // nobody shall wait for it
      lock.unlock();
      end_job(kTimedOut);
      lock.lock();
    }
  }
  return nullptr;
}

}  // namespace

bool start_watchdog() { return start_thread(guard, &queue()); }

void watch(Queue& queue) {
  queue.deadline = std::chrono::steady_clock::now() + queue.limit;
  if (!queue.watching) queue.watched.notify_one();
}

}  // namespace adamax
