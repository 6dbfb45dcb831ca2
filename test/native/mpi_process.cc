#include "mpi_process.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "check.h"

#if defined(__SANITIZE_THREAD__)
// A child that is to end with another status than 0 would keep that in spite of a race.
extern "C" const char* __tsan_default_options() { return "halt_on_error=1:atexit_sleep_ms=100"; }
#endif

namespace adamax::test {
namespace {

// What a child ends with that has complained.
constexpr int kComplained = 98;

std::atomic<int> milliseconds_of_abort{0};

// Threads that abort at the same time would be a race here, which ThreadSanitizer tells.
void on_abort(int code) {
  ++traces().aborts;
  traces().code = code;
  usleep(static_cast<useconds_t>(milliseconds_of_abort) * 1000);
}

}  // namespace

Traces& traces() {
  static void* const shared = mmap(nullptr, sizeof(Traces), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) std::abort();
  return *static_cast<Traces*>(shared);
}

Process::Process(int size) {
  traces() = {};
  std::FILE* const said = std::tmpfile();
  if (said == nullptr) std::abort();
  std::fflush(stdout);
  child_ = fork();
  if (child_ == 0) {
    alarm(120);
    dup2(fileno(said), STDERR_FILENO);
    fake_mpi::make_world(size, on_abort);
    return;
  }
  int status = -1;
  waitpid(child_, &status, 0);
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  std::rewind(said);
  said_[std::fread(said_, 1, sizeof said_ - 1, said)] = '\0';
  std::fclose(said);
}

void Process::expect(int status, int aborts, const char* said) const {
  report().expect(status_ == status, "status %d, want %d", status_, status);
  report().expect(traces().aborts == aborts, "%d aborts, want %d", traces().aborts, aborts);
  report().expect(aborts == 0 || traces().code == status, "abort with %d, want %d", traces().code, status);
  report().expect(std::strcmp(said_, said) == 0, "said '%s', want '%s'", said_, said);
}

void must(bool good, const char* format, ...) {
  if (good) return;
  std::printf("  ");
  va_list arguments;
  va_start(arguments, format);
  std::vprintf(format, arguments);
  va_end(arguments);
  std::printf("\n");
  std::fflush(stdout);
  std::_Exit(kComplained);
}

void slow_down_abort(int milliseconds) { milliseconds_of_abort = milliseconds; }

void Loop::open(std::size_t most_bytes) {
  set_limit(100, "too late\n", 9);
  const char* failure = nullptr;
  must(open_queue({this, notify, most_bytes}, &failure) == Opened::kYes && stage() == Stage::kOpen, "it did not open");
}

bool Loop::start(std::unique_ptr<Job> job) {
  job->asynchronous = this;
  if (!post(job.get())) return false;
  job.release();  // next() has it again
  return true;
}

std::unique_ptr<Job> Loop::next() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return jobs_.size() > taken_; });
  return std::unique_ptr<Job>(jobs_[taken_++]);
}

void Loop::notify(void* loop, Job* job) {
  auto* const self = static_cast<Loop*>(loop);
  const std::lock_guard<std::mutex> lock(self->mutex_);
  self->jobs_.push_back(job);
  ++traces().told;
  self->changed_.notify_one();
}

std::unique_ptr<Job> job_of(const Exchange& exchange) {
  auto job = std::make_unique<Job>(Job::Kind::kExchange);
  job->exchanges = std::make_unique<Exchange[]>(1);
  job->exchanges[0] = exchange;
  job->count = 1;
  return job;
}

const char* run(const Exchange& exchange) {
  const std::unique_ptr<Job> job = job_of(exchange);
  if (!post(job.get())) return "refused";
  wait_for(*job);
  return job->failure;
}

void fall_silent() {
  for (;;) pause();
}

}  // namespace adamax::test
