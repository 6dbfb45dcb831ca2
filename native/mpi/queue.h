// All that a process asks of MPI, in the order in which it was asked for: one thread does one job after another, and
// nobody else calls MPI, but to abort.
//
// There is one queue in a process, for one environment at a time, since MPI can be started once in a process.
#pragma once

#include <cstddef>
#include <memory>

#include "mpi/communicator.h"
#include "mpi/exchange.h"

namespace adamax {

// Exchanges that were posted together.
struct Job {
  enum class Kind : int { kJoin, kExchange, kLeave };
  explicit Job(Kind of) : kind(of) {}

  Kind kind;
  std::unique_ptr<Exchange[]> exchanges;
  std::size_t count = 0;
  // Those of all exchanges.
  std::unique_ptr<std::size_t[]> borders;
  // Of an environment that does not wait: what it is told of the end with.
  void* asynchronous = nullptr;
  // What MPI has said; null where all went well. It is valid for good.
  const char* failure = nullptr;
  bool finished = false;
  Job* next = nullptr;
};

enum class Stage : int {
  kFresh,    // nobody has asked for MPI
  kJoining,  // other replicas are waited for
  kOpen,     // exchanges are taken
  kFailed,   // MPI has given an error, after which it takes no exchange
  kLost,     // the environment has ended without leaving
  kLeaving,  // no exchange is taken any more
  kLeft,     // MPI has ended
};

// How the queue tells an environment of a job that has ended: it is called on the communication thread, under the
// mutex of the queue, and must not call it back.
using Notify = void (*)(void* environment, Job* job);

struct Opening {
  void* environment;
  Notify notify;
  std::size_t most_bytes;
};

enum class Opened : int { kYes, kNotFresh, kNoMemory, kFailed };

// Starts MPI and waits for all replicas. Returns kNotFresh where any environment of the process has called it before.
Opened open_queue(const Opening& opening, const char** failure);
const Communicator& communicator();
Stage stage();
// What MPI has said; null where there was no error.
const char* failure_of_queue();

// Posts a job, and returns false where the stage does not take it.
bool post(Job* job);
// Blocks until it is finished. The watchdog ends the process where that takes too long.
void wait_for(const Job& job);
// Of an environment that ends: nothing is told it any more. Memory of jobs that are under way goes with it, so then the
// job of all processes ends, too.
void close_environment(const void* environment);

// Sets how long a job may take from the moment when its turn comes, and what is written to stderr, to the letter, when
// it takes longer. The text is cut after kLongestText bytes.
inline constexpr std::size_t kLongestText = 1000;
void set_limit(double seconds, const char* text, std::size_t length);

}  // namespace adamax
