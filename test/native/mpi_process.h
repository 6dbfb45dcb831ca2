// Tests of native/mpi in processes of their own: each has one queue, which ends the process where nothing else is left
// to do. MPI is that of fake-mpi.
#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "mpi/queue.h"

namespace adamax::test {

// What a child may leave behind for its parent to look at, whatever becomes of it.
struct Traces {
  // Calls of MPI_Abort, and the code of the last.
  int aborts;
  int code;
  // Jobs that an environment was told of.
  int told;
  // Exchanges that another replica has done.
  int exchanged;
};
Traces& traces();

// Returns true in a child that may make MPI of `size` replicas, which reads from nowhere and whose stderr is kept;
// false in its parent, once the child has ended as it should.
class Process {
 public:
  explicit Process(int size);
  bool is_child() const { return child_ == 0; }
  // For the parent: the child must have ended with this status, after as many calls of MPI_Abort, all of them with this
  // status, and have written this to stderr.
  void expect(int status, int aborts = 0, const char* said = "") const;

 private:
  pid_t child_ = -1;
  int status_ = -1;
  char said_[4096] = "";
};

// A case of a child, which ends it unless it is good.
__attribute__((format(printf, 2, 3))) void must(bool good, const char* format, ...);

// How long MPI_Abort is to take.
void slow_down_abort(int milliseconds);

// What is told of jobs, as an event loop is: it looks at them, and frees them, on a thread of its own.
class Loop {
 public:
  // Opens the queue, with a time limit that nothing should reach.
  void open(std::size_t most_bytes = std::size_t{1} << 30);
  // Posts a job that nobody waits for, and returns false where it is refused.
  bool start(std::unique_ptr<Job> job);
  // Waits for the next that has ended.
  std::unique_ptr<Job> next();

 private:
  static void notify(void* loop, Job* job);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Job*> jobs_;
  std::size_t taken_ = 0;
};

std::unique_ptr<Job> job_of(const Exchange& exchange);
// Posts a job and waits for it. Returns what MPI has said, "refused" where it was not taken, or null.
const char* run(const Exchange& exchange);

// The part that another replica plays, on a thread that calls MPI without a queue: from join() to leave().
template <class Body>
std::thread replica(int rank, std::size_t most_bytes, Body body) {
  return std::thread([=] {
    fake_mpi::act_as(rank);
    Communicator communicator;
    must(communicator.join() == MPI_SUCCESS, "replica %d cannot join", rank);
    Exchanger exchanger;
    must(exchanger.open(communicator.replicas, communicator.rank, communicator.size, most_bytes), "no memory");
    body(exchanger);
    must(communicator.leave() == MPI_SUCCESS, "replica %d cannot leave", rank);
  });
}

// Never returns: what a replica does that has been lost.
void fall_silent();

}  // namespace adamax::test
