#include "runtime/pool.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <type_traits>

#include "runtime/thread.h"

#if !defined(_WIN32)
#include <unistd.h>
#endif

namespace adamax {
namespace {

// How long a thread looks for a change before it sleeps. Being woken takes about as long, so waiting costs at most
// twice what it would with foresight.
constexpr std::chrono::microseconds kSpin{50};

// After the system has refused a thread, so many calls do not ask for one.
constexpr std::size_t kRefusedCalls = 1000;

// A job lies on the stack of its caller. A helper is in the job from join() to leave(), and the caller waits until all
// helpers have left. The job is one cache line, so that a thread that claims a part has the rest at hand.
struct alignas(64) Job {
  void (*task)(void*, std::size_t);
  void* context;
  std::size_t parts;
  // The mutex of the pool guards the next three.
  std::size_t room;  // helpers that may still join
  Job* next = nullptr;
  bool awaited = false;  // the caller sleeps until the last helper leaves
  // Threads change it under the mutex, but the caller watches it without.
  std::atomic<std::size_t> inside{0};
  // The mutex does not guard this one.
  std::atomic<std::size_t> claimed{0};

  void work() {
    for (std::size_t part; (part = claimed.fetch_add(1, std::memory_order_relaxed)) < parts;) task(context, part);
  }
  bool open() const { return room > 0 && claimed.load(std::memory_order_relaxed) < parts; }
};
static_assert(sizeof(Job) == 64, "one cache line");

// Returns true as soon as `changed` does, and false after kSpin. The thread that makes the change may be waiting for
// this very processor, so this one yields.
template <class Changed>
bool spin_until(Changed changed) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point end = Clock::now() + kSpin;
  do {
    for (int i = 0; i < 16; ++i) {
      if (changed()) return true;
      pause_briefly();
    }
    yield_processor();
  } while (Clock::now() < end);
  return changed();
}

std::int64_t this_process() {
#if defined(_WIN32)
  return 1;  // Windows has no fork()
#else
  return getpid();
#endif
}

class Pool {
 public:
  // Whether this process has users. After fork() the child has copies of the mutex and conditions but none of the
  // threads; a lock held in the parent would never be released. Check the process id before touching either.
  bool in_use() const { return owner_.load(std::memory_order_relaxed) == this_process(); }
  void retain();
  void release();
  void run(Job& job);
  std::size_t threads();

 private:
  static void help();
  void post(Job& job);
  void withdraw(Job& job);
  void start_helpers(std::size_t wanted);
  Job* open_job() const;
  void join(Job& job);
  void leave(Job& job);
  void idle();

  std::atomic<std::int64_t> owner_{0};  // the process that has users, while there are any
  // This number changes with each job, so that a spinning helper need not take the mutex.
  std::atomic<std::uint32_t> posted_{0};
  // The mutex guards everything below.
  Mutex mutex_;
  Condition posted_or_stopping_;
  Condition left_;
  Condition stopped_;
  Job* jobs_ = nullptr;
  std::size_t users_ = 0;
  bool stopping_ = false;
  std::size_t refused_ = 0;  // calls left until a thread is asked for again
  std::size_t spinning_ = 0;
  std::size_t sleeping_ = 0;
  std::size_t started_ = 0;
  Thread threads_[kMaxThreads - 1];
};
static_assert(std::is_trivially_destructible_v<Pool>, "a process may exit while helpers sleep");

// The pool is constant-initialized: there is no moment at which another thread could see it half made.
Pool pool;

void Pool::retain() {
  const std::int64_t owner = owner_.load(std::memory_order_relaxed);
  if (owner != 0 && owner != this_process()) return;
  mutex_.lock();
  while (stopping_) stopped_.wait(mutex_);
  if (users_++ == 0) owner_.store(this_process(), std::memory_order_relaxed);
  mutex_.unlock();
}

void Pool::release() {
  if (!in_use()) return;
  mutex_.lock();
  const bool last = users_ == 1;
  if (users_ > 0) --users_;
  if (!last) {
    mutex_.unlock();
    return;
  }
  stopping_ = true;
  posted_.fetch_add(1, std::memory_order_relaxed);
  const std::size_t started = started_;
  mutex_.unlock();
  posted_or_stopping_.wake_all();
  // While stopping_ is set, no other thread touches threads_.
  for (std::size_t i = 0; i < started; ++i) threads_[i].join();
  mutex_.lock();
  started_ = 0;
  refused_ = 0;
  owner_.store(0, std::memory_order_relaxed);
  stopping_ = false;
  mutex_.unlock();
  stopped_.wake_all();
}

std::size_t Pool::threads() {
  if (!in_use()) return 0;
  mutex_.lock();
  const std::size_t started = started_;
  mutex_.unlock();
  return started;
}

void Pool::run(Job& job) {
  post(job);
  job.work();
  withdraw(job);
}

void Pool::post(Job& job) {
  mutex_.lock();
  start_helpers(job.room);
  job.next = jobs_;
  jobs_ = &job;
  posted_.fetch_add(1, std::memory_order_relaxed);
  // Helpers that spin will see it, so only the others are woken.
  const std::size_t wake = std::min(job.room - std::min(job.room, spinning_), sleeping_);
  const bool all = wake == sleeping_;
  mutex_.unlock();
  if (wake == 0) return;
  if (all) {
    posted_or_stopping_.wake_all();
  } else {
    for (std::size_t i = 0; i < wake; ++i) posted_or_stopping_.wake_one();
  }
}

void Pool::withdraw(Job& job) {
  mutex_.lock();
  Job** link = &jobs_;
  while (*link != &job) link = &(*link)->next;
  *link = job.next;
  mutex_.unlock();
  // From here on no helper can join.
  const auto left = [&job] { return job.inside.load(std::memory_order_acquire) == 0; };
  if (left() || spin_until(left)) return;
  mutex_.lock();
  job.awaited = true;
  while (!left()) left_.wait(mutex_);
  mutex_.unlock();
}

void Pool::start_helpers(std::size_t wanted) {
  if (started_ >= wanted || users_ == 0 || stopping_) return;
  if (refused_ > 0) {
    --refused_;
    return;
  }
  while (started_ < wanted && threads_[started_].start(help)) ++started_;
  if (started_ < wanted) refused_ = kRefusedCalls;
}

Job* Pool::open_job() const {
  Job* job = jobs_;
  while (job != nullptr && !job->open()) job = job->next;
  return job;
}

void Pool::join(Job& job) {
  --job.room;
  job.inside.fetch_add(1, std::memory_order_relaxed);
}

void Pool::leave(Job& job) {
  const bool awaited = job.awaited;
  // This is the last look at the job, since its caller may return at once.
  if (job.inside.fetch_sub(1, std::memory_order_release) == 1 && awaited) left_.wake_all();
}

// The body of every thread.
void Pool::help() {
  pool.mutex_.lock();
  while (!pool.stopping_) {
    Job* const job = pool.open_job();
    if (job == nullptr) {
      pool.idle();
      continue;
    }
    pool.join(*job);
    pool.mutex_.unlock();
    job->work();
    pool.mutex_.lock();
    pool.leave(*job);
  }
  pool.mutex_.unlock();
}

// The caller holds the mutex before and after this.
void Pool::idle() {
  const std::uint32_t seen = posted_.load(std::memory_order_relaxed);
  const auto posted = [this, seen] { return posted_.load(std::memory_order_relaxed) != seen; };
  ++spinning_;
  mutex_.unlock();
  spin_until(posted);
  mutex_.lock();
  --spinning_;
  if (posted()) return;
  ++sleeping_;
  posted_or_stopping_.wait(mutex_);
  --sleeping_;
}

}  // namespace

void retain_pool() { pool.retain(); }

void release_pool() { pool.release(); }

void run_parts(std::size_t threads, std::size_t parts, void (*task)(void* context, std::size_t part), void* context) {
  const std::size_t helpers = std::min({threads, parts, kMaxThreads});
  if (helpers <= 1 || !pool.in_use()) {
    for (std::size_t part = 0; part < parts; ++part) task(context, part);
    return;
  }
  Job job{task, context, parts, helpers - 1};
  pool.run(job);
}

std::size_t pool_threads() { return pool.threads(); }

}  // namespace adamax
