// How a process joins the others of its job, and leaves them.
#pragma once

#include <mpi.h>

#include <cstddef>

namespace adamax {

struct Communicator {
  // All replicas, apart from what else the process might exchange by MPI.
  MPI_Comm replicas = MPI_COMM_NULL;
  int rank = 0;
  int size = 1;
  // Replicas on this machine, this one included.
  int local = 1;
  // Cores for this replica alone: its share of those that it and others here may run on.
  std::size_t cores = 1;

  // Starts MPI, and waits for all other processes to do so. Returns what MPI returns.
  int join();
  // Ends MPI, when all others do so.
  int leave();
};

// Ends all processes of the job. Any thread may call it, once join() has returned.
void abort_job(int code);

// Writes what MPI says of an error. `text` has room for MPI_MAX_ERROR_STRING.
void describe_error(int error, char* text);

}  // namespace adamax
