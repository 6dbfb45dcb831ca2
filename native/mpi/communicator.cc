#include "mpi/communicator.h"

#include <dlfcn.h>
#include <unistd.h>
#if defined(__linux__)
#include <sched.h>
#endif

#include <algorithm>
#include <cstdio>
#include <memory>
#include <new>

#include "runtime/cores.h"

namespace adamax {
namespace {

// Open MPI loads its parts as libraries of their own, of which some look for those of libmpi among the global ones, and
// Node.js loads an addon and what that needs as local ones.
void make_mpi_global() {
  Dl_info info;
  if (dladdr(reinterpret_cast<const void*>(&MPI_Init_thread), &info) == 0 || info.dli_fname == nullptr) return;
  dlopen(info.dli_fname, RTLD_NOW | RTLD_GLOBAL | RTLD_NOLOAD);
}

#if defined(__linux__)

// Divides each core among the replicas that may run on it: bound replicas have theirs alone, the others share all.
double share_of_cores(MPI_Comm neighbours, int local) {
  cpu_set_t own;
  CPU_ZERO(&own);
  // More cores than the set has places are those of a machine where nobody is bound, or one replica has a thousand.
  const bool known = sched_getaffinity(0, sizeof own, &own) == 0;
  const std::unique_ptr<cpu_set_t[]> all(new (std::nothrow) cpu_set_t[static_cast<std::size_t>(local)]);
  int everywhere = known && all ? 1 : 0;
  if (MPI_Allreduce(MPI_IN_PLACE, &everywhere, 1, MPI_INT, MPI_MIN, neighbours) != MPI_SUCCESS || everywhere == 0 ||
      MPI_Allgather(&own, sizeof own, MPI_BYTE, all.get(), sizeof own, MPI_BYTE, neighbours) != MPI_SUCCESS) {
    return static_cast<double>(usable_cores()) / local;
  }
  double share = 0;
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (!CPU_ISSET(core, &own)) continue;
    int sharers = 0;
    for (int r = 0; r < local; ++r) sharers += CPU_ISSET(core, &all[static_cast<std::size_t>(r)]) ? 1 : 0;
    share += 1.0 / sharers;
  }
  // What a control group grants is less than the scheduler allows, and for all replicas together.
  const std::size_t usable = usable_cores();
  const bool is_limited = usable < static_cast<std::size_t>(CPU_COUNT(&own));
  return is_limited ? std::min(share, static_cast<double>(usable) / local) : share;
}

#else

double share_of_cores(MPI_Comm, int local) { return static_cast<double>(usable_cores()) / local; }

#endif

}  // namespace

int Communicator::join() {
  make_mpi_global();
  int granted = 0;
  // One thread calls MPI from its beginning to its end.
  int error = MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &granted);
  if (error != MPI_SUCCESS) return error;
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  error = MPI_Comm_dup(MPI_COMM_WORLD, &replicas);
  if (error != MPI_SUCCESS) return error;
  MPI_Comm_set_errhandler(replicas, MPI_ERRORS_RETURN);
  MPI_Comm_rank(replicas, &rank);
  MPI_Comm_size(replicas, &size);
  MPI_Comm neighbours = MPI_COMM_NULL;
  error = MPI_Comm_split_type(replicas, MPI_COMM_TYPE_SHARED, rank, MPI_INFO_NULL, &neighbours);
  if (error != MPI_SUCCESS) return error;
  MPI_Comm_set_errhandler(neighbours, MPI_ERRORS_RETURN);
  MPI_Comm_size(neighbours, &local);
  // A sum of halves and thirds may end just below a whole number.
  cores = std::max<std::size_t>(1, static_cast<std::size_t>(share_of_cores(neighbours, local) + 1e-6));
  return MPI_Comm_free(&neighbours);
}

int Communicator::leave() {
  int error = MPI_Barrier(replicas);
  if (error != MPI_SUCCESS) return error;
  // One that ends at once may take down a connection by which another, over TCP, is still told of the barrier.
  constexpr useconds_t kLinger = 50'000;
  usleep(kLinger);
  error = MPI_Comm_free(&replicas);
  return error == MPI_SUCCESS ? MPI_Finalize() : error;
}

void abort_job(int code) { MPI_Abort(MPI_COMM_WORLD, code); }

void describe_error(int error, char* text) {
  int length = 0;
  if (MPI_Error_string(error, text, &length) != MPI_SUCCESS) {
    std::snprintf(text, MPI_MAX_ERROR_STRING, "error %d of MPI", error);
  }
}

}  // namespace adamax
