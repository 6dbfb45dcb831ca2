// The pool: every part once, whoever calls and however many at a time; threads that come late, never, or have to go.
// CI runs this under ThreadSanitizer too, which finds what no count shows.
#include "runtime/pool.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "cases.h"
#include "check.h"

namespace adamax::test {
namespace {

class User {
 public:
  User() { retain_pool(); }
  ~User() { release_pool(); }
  User(const User&) = delete;
  User& operator=(const User&) = delete;
};

template <class Task>
void run(std::size_t threads, std::size_t parts, Task& task) {
  const auto call = [](void* context, std::size_t part) { (*static_cast<Task*>(context))(part); };
  run_parts(threads, parts, call, &task);
}

// How many parts were not run exactly once, or did not see what the caller wrote, or were not seen by it. The memory
// is plain: that it may be is what the pool promises.
long wrong_parts(std::size_t threads, std::size_t parts, Random& random) {
  std::vector<unsigned> input(parts), output(parts);
  for (unsigned& x : input) x = static_cast<unsigned>(random.below(1u << 30));
  auto task = [&](std::size_t part) { output[part] += input[part] + 1; };
  run(threads, parts, task);
  long wrong = 0;
  for (std::size_t i = 0; i < parts; ++i) wrong += output[i] != input[i] + 1;
  return wrong;
}

long wrong_parts_of_jobs(int jobs, unsigned seed) {
  Random random(seed);
  long wrong = 0;
  for (int i = 0; i < jobs; ++i) wrong += wrong_parts(1 + random.below(8), random.below(65), random);
  return wrong;
}

// What parts use to wait for each other. A helper that never comes is a failure, not a hang.
class Gate {
 public:
  // Waits until `count` have arrived; whether they did.
  bool arrive(std::size_t count) {
    std::unique_lock<std::mutex> lock(mutex_);
    ++arrived_;
    changed_.notify_all();
    return changed_.wait_for(lock, std::chrono::seconds(60), [&] { return arrived_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t arrived_ = 0;
};

// The threads that took part in a job, each with one part, all at the same time.
std::set<std::thread::id> threads_of_job(std::size_t threads) {
  Gate gate;
  std::mutex mutex;
  std::set<std::thread::id> ids;
  auto task = [&](std::size_t) {
    {
      const std::lock_guard<std::mutex> lock(mutex);
      ids.insert(std::this_thread::get_id());
    }
    gate.arrive(threads);
  };
  run(threads, threads, task);
  return ids;
}

void test_jobs() {
  report().test("each part of each job runs once", [] {
    const User user;
    report().expect(pool_threads() == 0, "%zu threads before the first job", pool_threads());
    const long wrong = wrong_parts_of_jobs(3000, 1);
    report().expect(wrong == 0, "%ld parts", wrong);
    report().expect(pool_threads() == 7, "%zu threads after jobs for up to 8", pool_threads());
  });
  report().test("as many threads as asked for take part, and no more", [] {
    const User user;
    for (const std::size_t threads : {2, 5, 3, 8, 2}) {
      const std::size_t count = threads_of_job(threads).size();
      report().expect(count == threads, "%zu threads, want %zu", count, threads);
    }
    for (int round = 0; round < 60; ++round) {
      const std::size_t threads = 2 + round % 2;
      threads_of_job(8);  // of which some still look for more to do
      std::atomic<int> now{0}, most{0};
      auto task = [&](std::size_t) {
        const int mine = now.fetch_add(1) + 1;
        for (int seen = most.load(); seen < mine && !most.compare_exchange_weak(seen, mine);) {
        }
        std::this_thread::sleep_for(std::chrono::microseconds(50));
        now.fetch_sub(1);
      };
      run(threads, 16, task);
      report().expect(most.load() <= static_cast<int>(threads), "%d at once, of %zu", most.load(), threads);
    }
  });
  report().test("one thread or one part stays on the caller", [] {
    const User user;
    const auto caller = std::this_thread::get_id();
    for (const auto& [threads, parts] : {std::pair<std::size_t, std::size_t>{1, 9}, {0, 9}, {8, 1}, {8, 0}}) {
      std::size_t ran = 0;
      bool here = true, in_order = true;
      auto task = [&](std::size_t part) {
        in_order = in_order && part == ran++;
        here = here && std::this_thread::get_id() == caller;
      };
      run(threads, parts, task);
      report().expect(ran == parts && here && in_order, "%zu threads, %zu parts: ran %zu", threads, parts, ran);
    }
    report().expect(pool_threads() == 0, "%zu threads", pool_threads());
  });
  report().test("a part may run parts", [] {
    const User user;
    std::atomic<int> ran{0};
    auto leaf = [&](std::size_t) { ran.fetch_add(1); };
    auto branch = [&](std::size_t) { run(3, 5, leaf); };
    for (int i = 0; i < 100; ++i) run(4, 6, branch);
    report().expect(ran.load() == 3000, "%d leaves", ran.load());
  });
  report().test("no more threads than the limit", [] {
    const User user;
    std::atomic<int> ran{0};
    auto task = [&](std::size_t) { ran.fetch_add(1); };
    run(kMaxThreads + 50, kMaxThreads + 50, task);
    report().expect(ran.load() == kMaxThreads + 50, "%d parts", ran.load());
    report().expect(pool_threads() < kMaxThreads, "%zu threads", pool_threads());
  });
}

void test_callers() {
  report().test("several callers at once, each with jobs of its own", [] {
    const User user;
    std::atomic<long> wrong{0};
    std::vector<std::thread> callers;
    for (unsigned i = 0; i < 6; ++i) callers.emplace_back([&wrong, i] { wrong += wrong_parts_of_jobs(500, i); });
    for (std::thread& caller : callers) caller.join();
    report().expect(wrong.load() == 0, "%ld parts", wrong.load());
  });
  report().test("a caller does not wait for another's job", [] {
    const User user;
    Gate both_inside, over;
    auto blocked = [&](std::size_t) {
      both_inside.arrive(3);
      over.arrive(3);
    };
    // The only helper is in the first job until the second is done.
    std::thread other([&] { run(2, 2, blocked); });
    both_inside.arrive(3);
    Random random(1);
    const long wrong = wrong_parts(2, 64, random);
    over.arrive(3);
    other.join();
    report().expect(wrong == 0, "%ld parts", wrong);
  });
  report().test("users come and go while others step", [] {
    std::atomic<long> wrong{0};
    std::vector<std::thread> callers;
    for (unsigned i = 0; i < 4; ++i) {
      callers.emplace_back([&wrong, i] {
        for (unsigned round = 0; round < 60; ++round) {
          const User outer;
          wrong += wrong_parts_of_jobs(3, 100 * i + round);
          const User inner;
          wrong += wrong_parts_of_jobs(2, 100 * i + round);
        }
      });
    }
    for (std::thread& caller : callers) caller.join();
    report().expect(wrong.load() == 0, "%ld parts", wrong.load());
    report().expect(pool_threads() == 0, "%zu threads are left", pool_threads());
  });
}

void test_lifetime() {
  report().test("the last user takes the threads along", [] {
    retain_pool();
    retain_pool();
    threads_of_job(4);
    report().expect(pool_threads() == 3, "%zu threads", pool_threads());
    release_pool();
    report().expect(pool_threads() == 3, "%zu threads with a user left", pool_threads());
    release_pool();
    report().expect(pool_threads() == 0, "%zu threads without users", pool_threads());
    Random random(1);
    report().expect(wrong_parts(4, 64, random) == 0, "parts without users");
    report().expect(pool_threads() == 0, "%zu threads started without users", pool_threads());
    release_pool();  // one too many changes nothing
    const User user;
    report().expect(threads_of_job(3).size() == 3, "no threads after a fresh start");
  });
  report().test("no signal of the process runs on a helper", [] {
    const User user;
    std::atomic<int> open{0};
    Gate gate;
    const auto caller = std::this_thread::get_id();
    auto task = [&](std::size_t) {
      gate.arrive(2);
      if (std::this_thread::get_id() == caller) return;
      sigset_t blocked;
      pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
      for (const int signal : {SIGINT, SIGTERM, SIGCHLD, SIGPROF, SIGUSR1, SIGALRM, SIGPIPE}) {
        if (sigismember(&blocked, signal) != 1) open.fetch_add(1);
      }
    };
    run(2, 2, task);
    report().expect(open.load() == 0, "%d are not blocked", open.load());
    sigset_t mine;
    pthread_sigmask(SIG_BLOCK, nullptr, &mine);
    report().expect(sigismember(&mine, SIGTERM) == 0, "blocked for the caller too");
  });
}

// The outcome of `body` in a process made by fork(); -1 when it does not end.
template <class Body>
int in_child(Body body) {
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);
    body();
  }
  int status = -1;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void test_processes() {
  report().test("a process may exit while helpers sleep, work or spin", [] {
    for (const int wait : {0, 200000}) {
      const int status = in_child([wait] {
        retain_pool();
        wrong_parts_of_jobs(5, 1);
        usleep(wait);
        std::exit(7);
      });
      report().expect(status == 7, "status %d", status);
    }
    const int status = in_child([] {
      retain_pool();
      auto task = [](std::size_t) { std::this_thread::sleep_for(std::chrono::seconds(50)); };
      std::thread([&] { run(2, 2, task); }).detach();
      usleep(10000);
      std::_Exit(7);
    });
    report().expect(status == 7, "status %d in a job", status);
  });
  report().test("a forked process does without threads, and waits for none", [] {
    const User user;
    threads_of_job(4);
    const int status = in_child([] {
      const long wrong = wrong_parts_of_jobs(100, 1);
      retain_pool();
      release_pool();
      release_pool();
      std::_Exit(wrong == 0 && pool_threads() == 0 ? 7 : 8);
    });
    report().expect(status == 7, "status %d", status);
  });
}

// No more threads for this process, where `allowed` is false. A limit does not bind the superuser.
bool allow_threads(bool allowed) {
  if (geteuid() == 0 && setuid(65534) != 0) return false;
  rlimit limit{};
  if (getrlimit(RLIMIT_NPROC, &limit) != 0) return false;
  limit.rlim_cur = allowed ? limit.rlim_max : 0;
  return setrlimit(RLIMIT_NPROC, &limit) == 0;
}

bool threads_refused() {
  pthread_t thread;
  if (pthread_create(&thread, nullptr, [](void*) -> void* { return nullptr; }, nullptr) != 0) {
    return true;
  }
  pthread_join(thread, nullptr);
  return false;
}

void test_refusal() {
  constexpr int kDone = 7, kNoLimits = 9;
  const int status = in_child([] {
    retain_pool();
    if (!allow_threads(false) || !threads_refused()) std::exit(kNoLimits);
    if (wrong_parts_of_jobs(100, 1) != 0) std::exit(1);
    if (pool_threads() != 0) std::exit(2);
    allow_threads(true);
    // It asks again, if not at each call.
    if (wrong_parts_of_jobs(1500, 1) != 0) std::exit(3);
    if (pool_threads() != 7) std::exit(4);
    release_pool();
    std::exit(pool_threads() == 0 ? kDone : 5);
  });
  if (status == kNoLimits) {
    std::printf("skipped: threads refused, since nothing limits them here\n");
    return;
  }
  report().test("threads that the system refuses are done without, until it gives them again",
                [&] { report().expect(status == kDone, "status %d", status); });
}

int run_all() {
  Report::catch_faults();
  // Before this process has threads: a sanitizer cannot follow those of a child otherwise.
  test_refusal();
  test_processes();
  test_jobs();
  test_callers();
  test_lifetime();
  return report().finish();
}

}  // namespace
}  // namespace adamax::test

int main() { return adamax::test::run_all(); }
