#include "mpi/queue.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <new>

#include "mpi/ending.h"
#include "mpi/queue_state.h"
#include "mpi/thread.h"
#include "mpi/watchdog.h"

namespace adamax {
namespace {

// Does one exchange after another, until one fails.
int exchange_all(Queue& queue, const Job& job) {
  for (std::size_t i = 0; i < job.count; ++i) {
    const int error = queue.exchanger.run(job.exchanges[i]);
    if (error != MPI_SUCCESS) return error;
  }
  return MPI_SUCCESS;
}

int do_job(Queue& queue, const Job& job) {
  switch (job.kind) {
    case Job::Kind::kJoin:
      return queue.communicator.join();
    case Job::Kind::kExchange:
      return exchange_all(queue, job);
    case Job::Kind::kLeave:
      return queue.communicator.leave();
  }
  return MPI_ERR_ARG;
}

// The caller holds the mutex, here and below.
void note(Queue& queue, Job& job, int error) {
  queue.running = nullptr;
  if (error != MPI_SUCCESS) {
    describe_error(error, queue.failure);
    queue.stage = Stage::kFailed;
    job.failure = queue.failure;
  } else if (job.kind == Job::Kind::kJoin) {
    queue.stage = Stage::kOpen;
  } else if (job.kind == Job::Kind::kLeave) {
    queue.stage = Stage::kLeft;
    queue.watched.notify_one();
  }
}

void tell(Queue& queue, Job& job) {
  job.finished = true;
  // Whoever waits for a job may free it as soon as the mutex is free.
  if (job.asynchronous == nullptr) {
    queue.job_done.notify_all();
  } else if (queue.environment != nullptr) {
    queue.notify(queue.environment, &job);
  }
}

// The body of the communication thread.
void* communicate(void* argument) {
  Queue& queue = *static_cast<Queue*>(argument);
  std::unique_lock<std::mutex> lock(queue.mutex);
  while (queue.stage != Stage::kLeft) {
    if (queue.first == nullptr || queue.ending) {
      queue.job_posted.wait(lock);
      continue;
    }
    Job& job = *queue.first;
    queue.first = job.next;
    if (queue.first == nullptr) queue.last = nullptr;
    if (queue.stage == Stage::kFailed) {
      // It was posted before the one that failed had done so.
      job.failure = queue.failure;
      tell(queue, job);
      continue;
    }
    queue.running = &job;
    watch(queue);
    lock.unlock();
    const int error = do_job(queue, job);
    lock.lock();
    note(queue, job, error);
    tell(queue, job);
    queue.idle.notify_all();
  }
  return nullptr;
}

bool takes(Stage stage, Job::Kind kind) {
  switch (kind) {
    case Job::Kind::kJoin:
      return stage == Stage::kJoining;
    case Job::Kind::kExchange:
    case Job::Kind::kLeave:
      return stage == Stage::kOpen;
  }
  return false;
}

}  // namespace

// It is made at the first use, and never destroyed.
Queue& queue() {
  static Queue& only = *new Queue;
  return only;
}

Opened open_queue(const Opening& opening, const char** failure) {
  Queue& q = queue();
  {
    const std::lock_guard<std::mutex> lock(q.mutex);
    if (q.stage != Stage::kFresh) return Opened::kNotFresh;
    q.stage = Stage::kJoining;
    q.environment = opening.environment;
    q.notify = opening.notify;
  }
  keep_loaded();
  if (!start_thread(communicate, &q) || !start_watchdog()) return Opened::kNoMemory;
  Job join(Job::Kind::kJoin);
  post(&join);
  wait_for(join);
  *failure = join.failure;
  if (join.failure != nullptr) return Opened::kFailed;
  abort_at_exit();
  const Communicator& joined = q.communicator;
  const bool room = q.exchanger.open(joined.replicas, joined.rank, joined.size, opening.most_bytes);
  return room ? Opened::kYes : Opened::kNoMemory;
}

const Communicator& communicator() { return queue().communicator; }

Stage stage() {
  Queue& q = queue();
  const std::lock_guard<std::mutex> lock(q.mutex);
  return q.stage;
}

const char* failure_of_queue() {
  Queue& q = queue();
  const std::lock_guard<std::mutex> lock(q.mutex);
  return q.stage == Stage::kFailed ? q.failure : nullptr;
}

bool post(Job* job) {
  Queue& q = queue();
  {
    const std::lock_guard<std::mutex> lock(q.mutex);
    if (!takes(q.stage, job->kind)) return false;
    if (job->kind == Job::Kind::kLeave) q.stage = Stage::kLeaving;
    (q.last == nullptr ? q.first : q.last->next) = job;
    q.last = job;
  }
  q.job_posted.notify_one();
  return true;
}

void wait_for(const Job& job) {
  Queue& q = queue();
  std::unique_lock<std::mutex> lock(q.mutex);
  while (!job.finished) q.job_done.wait(lock);
}

void close_environment(const void* environment) {
  Queue& q = queue();
  bool under_way = false;
  {
    const std::lock_guard<std::mutex> lock(q.mutex);
    if (q.environment != environment) return;
    q.environment = nullptr;
    under_way = q.running != nullptr || q.first != nullptr;
    if (q.stage == Stage::kOpen) q.stage = Stage::kLost;
  }
  if (under_way) end_job(1);
}

void set_limit(double seconds, const char* text, std::size_t length) {
  Queue& q = queue();
  const std::lock_guard<std::mutex> lock(q.mutex);
  q.limit = std::chrono::duration_cast<std::chrono::steady_clock::duration>(std::chrono::duration<double>(seconds));
  q.text_length = std::min(length, kLongestText);
  std::memcpy(q.text, text, q.text_length);
  // The watchdog may sleep until a deadline of a longer limit.
  q.watched.notify_one();
}

}  // namespace adamax
