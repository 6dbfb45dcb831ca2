// How a process ends whose exchanges are not done: by the time limit, with its environment, or by exit().
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <thread>

#include "check.h"
#include "mpi/ending.h"
#include "mpi_process.h"
#include "mpi_tests.h"

namespace adamax::test {
namespace {

// The status of a job that has waited too long.
constexpr int kTimedOut = 111;
constexpr char kLate[] = "replica 1 is late\n";
constexpr std::size_t kMostBytes = std::size_t{1} << 20;

void limit(double seconds, const char* text = kLate) { set_limit(seconds, text, std::strlen(text)); }

Exchange sum() {
  static float ours[100], sums[100];
  return {Exchange::Kind::kSum, ours, sums, 100, nullptr};
}

// Starts a second replica, which does this many exchanges, the first after a while, and then none.
void start_replica(int exchanges, int milliseconds = 0) {
  replica(1, kMostBytes, [=](Exchanger& exchanger) {
    usleep(static_cast<useconds_t>(milliseconds) * 1000);
    float theirs[100] = {}, sums[100];
    for (int i = 0; i < exchanges; ++i) {
      exchanger.run({Exchange::Kind::kSum, theirs, sums, 100, nullptr});
      ++traces().exchanged;
    }
    fall_silent();
  }).detach();
}

void test_limit() {
  report().test("the time limit ends the job, and says so once", [] {
    const Process process(2);
    if (!process.is_child()) return process.expect(kTimedOut, 1, kLate);
    start_replica(1);
    Loop loop;
    loop.open();
    must(run(sum()) == nullptr, "the first exchange failed");
    limit(0.2);
    run(sum());
    must(false, "an exchange has ended that nobody else takes part in");
  });
  report().test("a shorter limit holds for the next job, whatever was waited for before", [] {
    const Process process(2);
    if (!process.is_child()) return process.expect(kTimedOut, 1, kLate);
    start_replica(2, 300);
    Loop loop;
    loop.open();
    // The watchdog sleeps from here on, as long as the first exchange may take.
    must(run(sum()) == nullptr, "the first exchange failed");
    limit(0.2);
    must(run(sum()) == nullptr, "the second exchange failed");
    run(sum());
    must(false, "an exchange has ended that nobody else takes part in");
  });
  report().test("the time limit holds for replicas that never come, when there is nothing to abort", [] {
    const Process process(2);
    if (!process.is_child()) return process.expect(kTimedOut, 0, kLate);
    limit(0.2);
    const char* failure = nullptr;
    open_queue({nullptr, nullptr, kMostBytes}, &failure);
    must(false, "it has opened without the other replica");
  });
  report().test("of several threads that end the job one does", [] {
    const Process process(2);
    if (!process.is_child()) return process.expect(kTimedOut, 1);
    start_replica(0);
    Loop loop;
    loop.open();
    limit(0.2, "");
    for (int i = 0; i < 4; ++i) {
      std::thread([i] {
        usleep(198'000 + 1000 * static_cast<useconds_t>(i));
        end_job(kTimedOut);
      }).detach();
    }
    run(sum());
    must(false, "an exchange has ended that nobody else takes part in");
  });
  report().test("the process ends where MPI cannot abort", [] {
    const Process process(2);
    if (!process.is_child()) return process.expect(kTimedOut, 1, kLate);
    start_replica(0);
    Loop loop;
    loop.open();
    slow_down_abort(90'000);
    limit(0.1);
    run(sum());
    must(false, "an exchange has ended that nobody else takes part in");
  });
  report().test("an exit meanwhile does not take away the status of the limit", [] {
    const Process process(2);
    if (!process.is_child()) return process.expect(kTimedOut, 1, kLate);
    start_replica(0);
    Loop loop;
    loop.open();
    slow_down_abort(1000);
    limit(0.1);
    must(loop.start(job_of(sum())), "it was refused");
    usleep(500'000);
    std::exit(0);
  });
}

void test_close() {
  report().test("an environment that goes while exchanges are pending takes the job along", [] {
    const Process process(2);
    if (!process.is_child()) {
      report().expect(traces().told == 0, "told of %d jobs", traces().told);
      return process.expect(1, 1);
    }
    start_replica(0);
    Loop loop;
    loop.open();
    for (int i = 0; i < 5; ++i) must(loop.start(job_of(sum())), "it was refused");
    close_environment(&loop);
    must(false, "the process has not ended");
  });
  report().test("of exchanges that are pending when their environment goes only that under way is ended", [] {
    const Process process(2);
    if (!process.is_child()) {
      report().expect(traces().told == 0, "told of %d jobs", traces().told);
      report().expect(traces().exchanged == 1, "%d exchanges", traces().exchanged);
      return process.expect(1, 1);
    }
    start_replica(5, 300);
    Loop loop;
    loop.open();
    for (int i = 0; i < 5; ++i) must(loop.start(job_of(sum())), "it was refused");
    usleep(100'000);
    // After the exchange, so that the others have the time to begin if they could.
    slow_down_abort(200);
    close_environment(&loop);
    must(false, "the process has not ended");
  });
  report().test(
      "an environment that goes while nothing is pending lets the process go on, and takes the job along at its end",
      [] {
        const Process process(2);
        if (!process.is_child()) return process.expect(1, 1);
        start_replica(1);
        Loop loop;
        loop.open();
        must(run(sum()) == nullptr, "the exchange failed");
        close_environment(&loop);
        must(stage() == Stage::kLost && std::strcmp(run(sum()), "refused") == 0, "an exchange was taken");
        must(traces().aborts == 0, "the job has ended");
        std::exit(0);
      });
}

void test_exit() {
  report().test("a process that exits without having left aborts with its status, or 1", [] {
    for (const int status : {0, 3}) {
      for (const bool pending : {false, true}) {
        const Process process(2);
        if (!process.is_child()) {
          process.expect(status == 0 ? 1 : status, 1);
          continue;
        }
        start_replica(0);
        Loop loop;
        loop.open();
        if (pending) must(loop.start(job_of(sum())), "it was refused");
        set_exit_code(status);
        std::exit(status);
      }
    }
  });
  report().test("a process that exits while it leaves aborts", [] {
    const Process process(2);
    if (!process.is_child()) return process.expect(1, 1);
    start_replica(0);
    Loop loop;
    loop.open();
    must(loop.start(std::make_unique<Job>(Job::Kind::kLeave)), "it may not leave");
    std::exit(0);
  });
}

}  // namespace

void test_endings() {
  test_limit();
  test_close();
  test_exit();
}

}  // namespace adamax::test
