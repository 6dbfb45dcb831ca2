// What the threads of the queue share: who posts, who communicates, and who watches.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "mpi/queue.h"

namespace adamax {

struct Queue {
  // It guards all below but the exchanger and, until the stage is kOpen, the communicator, which belong to the
  // communication thread.
  std::mutex mutex;
  std::condition_variable job_posted;
  std::condition_variable job_done;  // one that is waited for
  std::condition_variable idle;      // no job is running, perhaps

  Stage stage = Stage::kFresh;
  // The process ends: no further job is begun.
  bool ending = false;
  Job* first = nullptr;
  Job* last = nullptr;
  Job* running = nullptr;
  char failure[MPI_MAX_ERROR_STRING] = "";

  // Whoever has opened the queue, as long as it can be told anything.
  void* environment = nullptr;
  Notify notify = nullptr;

  // Of the job that is running; the watchdog looks at it when it wakes up.
  std::chrono::steady_clock::duration limit{};
  std::chrono::steady_clock::time_point deadline;
  std::condition_variable watched;
  bool watching = false;
  char text[kLongestText] = "";
  std::size_t text_length = 0;

  Communicator communicator;
  Exchanger exchanger;
};

Queue& queue();

}  // namespace adamax
