// As much of MPI as native/mpi calls, for tests on machines that have none, and under ThreadSanitizer, which takes what
// a real one does between threads for races. Replicas are threads of one process here, and all communicators are one.
#pragma once

#include <cstdint>

using MPI_Comm = int;
inline constexpr MPI_Comm MPI_COMM_NULL = 0;
inline constexpr MPI_Comm MPI_COMM_WORLD = 1;

// A type is the number of its bytes.
using MPI_Datatype = int;
inline constexpr MPI_Datatype MPI_DATATYPE_NULL = 0;
inline constexpr MPI_Datatype MPI_BYTE = 1;
inline constexpr MPI_Datatype MPI_FLOAT = 4;
inline constexpr MPI_Datatype MPI_INT = 4;

using MPI_Op = int;
using MPI_Info = int;
using MPI_Errhandler = int;
inline constexpr MPI_Op MPI_MIN = 1;
inline constexpr MPI_Info MPI_INFO_NULL = 0;
inline constexpr MPI_Errhandler MPI_ERRORS_RETURN = 1;
inline constexpr int MPI_THREAD_FUNNELED = 1;
inline constexpr int MPI_COMM_TYPE_SHARED = 1;
inline constexpr int MPI_MAX_ERROR_STRING = 256;
inline void* const MPI_IN_PLACE = reinterpret_cast<void*>(~std::uintptr_t{0});

inline constexpr int MPI_SUCCESS = 0;
inline constexpr int MPI_ERR_ARG = 13;
inline constexpr int MPI_ERR_TRUNCATE = 15;
inline constexpr int MPI_ERR_IN_STATUS = 18;
inline constexpr int MPI_ERR_PENDING = 19;

namespace adamax::fake_mpi {
struct Message;
}
using MPI_Request = adamax::fake_mpi::Message*;
struct MPI_Status {
  int MPI_ERROR;
};

int MPI_Init_thread(int*, char***, int required, int* granted);
int MPI_Finalize();
int MPI_Abort(MPI_Comm, int code);
int MPI_Error_string(int error, char* text, int* length);

int MPI_Comm_set_errhandler(MPI_Comm, MPI_Errhandler);
int MPI_Comm_dup(MPI_Comm, MPI_Comm* copy);
int MPI_Comm_split_type(MPI_Comm, int type, int key, MPI_Info, MPI_Comm* part);
int MPI_Comm_free(MPI_Comm*);
int MPI_Comm_rank(MPI_Comm, int* rank);
int MPI_Comm_size(MPI_Comm, int* size);

int MPI_Barrier(MPI_Comm);
int MPI_Bcast(void* bytes, int count, MPI_Datatype, int root, MPI_Comm);
// In place, and of one int.
int MPI_Allreduce(const void* from, void* to, int count, MPI_Datatype, MPI_Op, MPI_Comm);
int MPI_Allgather(const void* from, int sent, MPI_Datatype, void* to, int received, MPI_Datatype, MPI_Comm);
// In place.
int MPI_Allgatherv(const void* from, int sent, MPI_Datatype, void* to, const int* counts, const int* places,
                   MPI_Datatype, MPI_Comm);

int MPI_Isend(const void* from, int count, MPI_Datatype, int to, int tag, MPI_Comm, MPI_Request*);
int MPI_Irecv(void* to, int count, MPI_Datatype, int from, int tag, MPI_Comm, MPI_Request*);
int MPI_Waitall(int count, MPI_Request*, MPI_Status*);

namespace adamax::fake_mpi {

// To be called before any other: how many replicas there are, and what stands in for the end of all by MPI_Abort.
void make_world(int size, void (*on_abort)(int code));
// The calling thread is this replica from now on; all other threads are replica 0.
void act_as(int rank);

// What a process ends with, after a line on stderr, that calls MPI as it must not be called: from two threads, before
// it has started, or after it has ended.
inline constexpr int kMisused = 97;

}  // namespace adamax::fake_mpi
