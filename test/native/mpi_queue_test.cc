// The queue of the MPI addon: jobs in order, from any thread; what follows an error.
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "check.h"
#include "mpi_process.h"
#include "mpi_tests.h"

namespace adamax::test {
namespace {

// A float that goes from cell to cell, one job after another: it arrives only if they are done in order. Among one
// replica a sum is a copy.
class Chain {
 public:
  explicit Chain(std::size_t length) : cells_(length + 1) { cells_[0] = 1; }
  Exchange link(std::size_t i) { return {Exchange::Kind::kSum, &cells_[i], &cells_[i + 1], 1, nullptr}; }
  std::size_t length() const { return cells_.size() - 1; }
  bool is_whole() const { return cells_.back() == 1; }

 private:
  std::vector<float> cells_;
};

void leave(Loop& loop) {
  must(loop.start(std::make_unique<Job>(Job::Kind::kLeave)) && loop.next()->failure == nullptr, "it cannot leave");
}

// Posts a chain, every `pause`-th job as one that is waited for.
void post_chain(Loop& loop, Chain& chain, std::size_t pause) {
  for (std::size_t i = 0; i < chain.length(); ++i) {
    if (i % pause == pause - 1) {
      must(run(chain.link(i)) == nullptr, "job %zu failed", i);
    } else {
      must(loop.start(job_of(chain.link(i))), "job %zu was refused", i);
    }
  }
}

void test_order() {
  report().test("jobs are done, and told of, in the order in which they were posted", [] {
    const Process process(1);
    if (!process.is_child()) return process.expect(0);
    Loop loop;
    loop.open();
    constexpr std::size_t kJobs = 2000;
    Chain chain(kJobs);
    std::vector<const Job*> posted;
    for (std::size_t i = 0; i < kJobs; ++i) {
      std::unique_ptr<Job> job = job_of(chain.link(i));
      posted.push_back(job.get());
      must(loop.start(std::move(job)), "job %zu was refused", i);
    }
    std::vector<std::unique_ptr<Job>> ended;
    for (std::size_t i = 0; i < kJobs; ++i) {
      ended.push_back(loop.next());
      must(ended[i].get() == posted[i] && ended[i]->failure == nullptr, "job %zu is another", i);
    }
    must(chain.is_whole(), "a job was done before its turn");
    leave(loop);
    std::exit(0);
  });
  report().test("two threads post, wait and are told at the same time", [] {
    const Process process(1);
    if (!process.is_child()) return process.expect(0);
    Loop loop;
    loop.open();
    constexpr std::size_t kJobs = 3000, kPauses[] = {3, 7};
    Chain chains[] = {Chain(kJobs), Chain(kJobs)};
    std::vector<std::thread> posters;
    for (int i = 0; i < 2; ++i) {
      posters.emplace_back([&loop, &chain = chains[i], pause = kPauses[i]] { post_chain(loop, chain, pause); });
    }
    for (std::size_t i = 2 * kJobs - kJobs / 3 - kJobs / 7; i > 0; --i)
      must(loop.next()->failure == nullptr, "it failed");
    for (std::thread& poster : posters) poster.join();
    must(chains[0].is_whole() && chains[1].is_whole(), "a job was done before its turn");
    leave(loop);
    std::exit(0);
  });
}

void test_stages() {
  report().test("MPI is opened once, and takes nothing before and after", [] {
    const Process process(1);
    if (!process.is_child()) return process.expect(0);
    must(stage() == Stage::kFresh && run({}) != nullptr, "an exchange was taken before MPI was there");
    Loop loop, second;
    loop.open();
    const char* failure = nullptr;
    must(open_queue({&second, nullptr, 1}, &failure) == Opened::kNotFresh, "it was opened twice");
    close_environment(&second);
    must(stage() == Stage::kOpen, "another environment has closed it");
    leave(loop);
    must(stage() == Stage::kLeft && run({}) != nullptr && failure_of_queue() == nullptr, "an exchange was taken");
    must(open_queue({&second, nullptr, 1}, &failure) == Opened::kNotFresh, "it was opened again");
    close_environment(&loop);
    std::exit(0);
  });
}

// Whether this is what fake-mpi says of messages that do not fit.
bool is_truncation(const char* failure) {
  return failure != nullptr && failure == std::string("MPI_ERR ") + std::to_string(MPI_ERR_TRUNCATE);
}

// Another replica's part of the exchange is longer than ours.
void fail_by(Exchange::Kind kind) {
  const Process process(2);
  if (!process.is_child()) return process.expect(1, 1);
  static float ours[4000], theirs[4000];
  static const std::size_t our_borders[] = {0, 1500, 4000}, their_borders[] = {0, 2500, 4000};
  static std::atomic<bool> posted{false};
  replica(1, 1 << 20, [kind](Exchanger& exchanger) {
    while (!posted) usleep(1000);
    exchanger.run({kind, theirs, theirs, 3000, their_borders});
    fall_silent();
  }).detach();
  Loop loop;
  loop.open();
  for (int i = 0; i < 3; ++i) must(loop.start(job_of({kind, ours, ours, 2000, our_borders})), "it was refused");
  posted = true;
  for (int i = 0; i < 3; ++i) must(is_truncation(loop.next()->failure), "exchange %d has not failed", i);
  must(stage() == Stage::kFailed && is_truncation(failure_of_queue()), "the queue has not failed");
  must(std::strcmp(run({}), "refused") == 0, "an exchange was taken after an error");
  must(!loop.start(std::make_unique<Job>(Job::Kind::kLeave)), "it may leave after an error");
  close_environment(&loop);
  std::exit(0);
}

void test_signals() {
  report().test("no signal of the process runs on the thread that communicates", [] {
    const Process process(1);
    if (!process.is_child()) return process.expect(0);
    static std::atomic<int> open{-1};
    // It is told on that thread.
    const auto notify = [](void*, Job*) {
      sigset_t blocked;
      pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
      int count = 0;
      for (const int signal : {SIGINT, SIGTERM, SIGCHLD, SIGPROF, SIGUSR1, SIGALRM, SIGPIPE}) {
        if (sigismember(&blocked, signal) != 1) ++count;
      }
      open = count;
    };
    set_limit(100, "too late\n", 9);
    const char* failure = nullptr;
    int environment = 0;
    must(open_queue({&environment, notify, 1}, &failure) == Opened::kYes, "it did not open");
    Job job(Job::Kind::kLeave);
    job.asynchronous = &environment;
    must(post(&job), "it may not leave");
    while (open < 0) usleep(1000);
    must(open == 0, "%d are not blocked", open.load());
    sigset_t mine;
    pthread_sigmask(SIG_BLOCK, nullptr, &mine);
    must(sigismember(&mine, SIGTERM) == 0, "blocked for the caller too");
    std::exit(0);
  });
}

void test_errors() {
  report().test("an error refuses what follows", [] {
    for (const Exchange::Kind kind : {Exchange::Kind::kSum, Exchange::Kind::kSumParts}) fail_by(kind);
  });
}

int run_all() {
  Report::catch_faults();
  test_pairwise();
  // This process must have no threads: a sanitizer cannot follow those of a child otherwise.
  test_stages();
  test_order();
  test_signals();
  test_errors();
  test_exchanges();
  test_endings();
  return report().finish();
}

}  // namespace
}  // namespace adamax::test

int main() { return adamax::test::run_all(); }
