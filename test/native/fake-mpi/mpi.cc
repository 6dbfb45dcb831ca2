#include "mpi.h"

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <list>
#include <mutex>
#include <thread>
#include <vector>

namespace adamax::fake_mpi {

struct Message {
  int from;
  int to;
  std::size_t bytes;
  const void* sent;
  // Of a request to receive; null for one that is sent.
  void* received;
  bool delivered = false;
};

namespace {

enum class Call { kBarrier, kBroadcast, kLeast, kGather, kGatherParts };

// What a replica brings to a call that all make together.
struct Share {
  Call call = Call::kBarrier;
  std::size_t bytes = 0;
  const void* from = nullptr;
};

struct Replica {
  enum class State { kFresh, kRunning, kOver } state = State::kFresh;
  std::thread::id caller;
  Share share;
};

struct World {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<Replica> replicas;
  void (*on_abort)(int) = nullptr;
  std::size_t arrived = 0;
  unsigned long round = 0;
  std::list<Message> messages;

  // Waits for all replicas.
  void meet(std::unique_lock<std::mutex>& lock) {
    if (++arrived == replicas.size()) {
      arrived = 0;
      ++round;
      changed.notify_all();
    } else {
      changed.wait(lock, [this, before = round] { return round != before; });
    }
  }
};

// It is never destroyed, as threads may wait in it when the process ends.
World& world() {
  static World& only = *new World;
  return only;
}

thread_local int this_rank = 0;

[[noreturn]] void misused(const char* how) {
  std::fprintf(stderr, "MPI was called %s\n", how);
  std::_Exit(kMisused);
}

// The replica that calls; its caller holds the mutex.
Replica& calling() {
  Replica& replica = world().replicas[static_cast<std::size_t>(this_rank)];
  if (replica.state == Replica::State::kFresh) misused("before it has started");
  if (replica.state == Replica::State::kOver) misused("after it has ended");
  return replica;
}

std::unique_lock<std::mutex> enter() {
  std::unique_lock<std::mutex> lock(world().mutex);
  if (calling().caller != std::this_thread::get_id()) misused("by a second thread");
  return lock;
}

std::size_t bytes_of(int count, MPI_Datatype type) {
  return static_cast<std::size_t>(count) * static_cast<std::size_t>(type);
}

char* at(void* bytes, std::size_t place) { return static_cast<char*>(bytes) + place; }
const char* at(const void* bytes, std::size_t place) { return static_cast<const char*>(bytes) + place; }

// A call that all replicas make. `take` reads from each share what it needs, and writes where the others do not look.
// Replicas whose calls are not alike get an error, all of them.
template <class Take>
int together(Call call, std::size_t bytes, const void* from, Take take) {
  std::unique_lock<std::mutex> lock = enter();
  World& w = world();
  calling().share = {call, bytes, from};
  w.meet(lock);
  const Share& first = w.replicas[0].share;
  const bool alike = std::all_of(w.replicas.begin(), w.replicas.end(), [&first](const Replica& of) {
    return of.share.call == first.call && of.share.bytes == first.bytes;
  });
  if (alike) {
    for (std::size_t r = 0; r < w.replicas.size(); ++r) take(r, w.replicas[r].share.from);
  }
  w.meet(lock);
  return alike ? MPI_SUCCESS : MPI_ERR_TRUNCATE;
}

// Waits for the first message for this request, and takes it. One that is too long is cut, which is an error.
int receive(std::unique_lock<std::mutex>& lock, const Message& request) {
  World& w = world();
  const auto is_it = [&request](const Message& of) {
    return of.received == nullptr && !of.delivered && of.from == request.from && of.to == request.to;
  };
  auto message = w.messages.end();
  w.changed.wait(lock, [&] {
    message = std::find_if(w.messages.begin(), w.messages.end(), is_it);
    return message != w.messages.end();
  });
  std::memcpy(request.received, message->sent, std::min(request.bytes, message->bytes));
  message->delivered = true;
  w.changed.notify_all();
  return message->bytes > request.bytes ? MPI_ERR_TRUNCATE : MPI_SUCCESS;
}

int post(const Message& message, MPI_Request* request) {
  const std::unique_lock<std::mutex> lock = enter();
  *request = &world().messages.emplace_back(message);
  world().changed.notify_all();
  return MPI_SUCCESS;
}

}  // namespace

void make_world(int size, void (*on_abort)(int code)) {
  world().replicas.resize(static_cast<std::size_t>(size));
  world().on_abort = on_abort;
}

void act_as(int rank) { this_rank = rank; }

}  // namespace adamax::fake_mpi

using namespace adamax::fake_mpi;

int MPI_Init_thread(int*, char***, int required, int* granted) {
  World& w = world();
  std::unique_lock<std::mutex> lock(w.mutex);
  Replica& replica = w.replicas[static_cast<std::size_t>(this_rank)];
  if (replica.state != Replica::State::kFresh) misused("to start a second time");
  replica.state = Replica::State::kRunning;
  replica.caller = std::this_thread::get_id();
  *granted = required;
  w.meet(lock);
  return MPI_SUCCESS;
}

int MPI_Finalize() {
  std::unique_lock<std::mutex> lock = enter();
  calling().state = Replica::State::kOver;
  world().meet(lock);
  return MPI_SUCCESS;
}

// Any thread may call it.
int MPI_Abort(MPI_Comm, int code) {
  {
    const std::lock_guard<std::mutex> lock(world().mutex);
    calling();
  }
  world().on_abort(code);
  return MPI_SUCCESS;
}

int MPI_Error_string(int error, char* text, int* length) {
  *length = std::snprintf(text, MPI_MAX_ERROR_STRING, "MPI_ERR %d", error);
  return MPI_SUCCESS;
}

int MPI_Comm_set_errhandler(MPI_Comm, MPI_Errhandler) { return MPI_SUCCESS; }

int MPI_Comm_dup(MPI_Comm comm, MPI_Comm* copy) {
  *copy = comm + 1;
  return MPI_Barrier(comm);
}

int MPI_Comm_split_type(MPI_Comm comm, int, int, MPI_Info, MPI_Comm* part) { return MPI_Comm_dup(comm, part); }

int MPI_Comm_free(MPI_Comm* comm) {
  *comm = MPI_COMM_NULL;
  return MPI_SUCCESS;
}

int MPI_Comm_rank(MPI_Comm, int* rank) {
  *rank = this_rank;
  return MPI_SUCCESS;
}

int MPI_Comm_size(MPI_Comm, int* size) {
  *size = static_cast<int>(world().replicas.size());
  return MPI_SUCCESS;
}

int MPI_Barrier(MPI_Comm) {
  return together(Call::kBarrier, 0, nullptr, [](std::size_t, const void*) {});
}

int MPI_Bcast(void* bytes, int count, MPI_Datatype type, int root, MPI_Comm) {
  const std::size_t length = bytes_of(count, type);
  return together(Call::kBroadcast, length, bytes, [=](std::size_t rank, const void* from) {
    if (rank == static_cast<std::size_t>(root) && from != bytes) std::memcpy(bytes, from, length);
  });
}

int MPI_Allreduce(const void*, void* to, int, MPI_Datatype, MPI_Op, MPI_Comm) {
  // What it is told in place it brings as a copy, since the others read that while it writes.
  const int own = *static_cast<int*>(to);
  return together(Call::kLeast, sizeof own, &own, [to](std::size_t, const void* from) {
    auto* const least = static_cast<int*>(to);
    *least = std::min(*least, *static_cast<const int*>(from));
  });
}

int MPI_Allgather(const void* from, int sent, MPI_Datatype type, void* to, int, MPI_Datatype, MPI_Comm) {
  const std::size_t bytes = bytes_of(sent, type);
  return together(Call::kGather, bytes, from,
                  [=](std::size_t rank, const void* theirs) { std::memcpy(at(to, rank * bytes), theirs, bytes); });
}

int MPI_Allgatherv(const void*, int, MPI_Datatype, void* to, const int* counts, const int* places, MPI_Datatype type,
                   MPI_Comm) {
  std::size_t all = 0;
  for (std::size_t r = 0; r < world().replicas.size(); ++r) all += bytes_of(counts[r], type);
  return together(Call::kGatherParts, all, to, [=](std::size_t rank, const void* theirs) {
    const std::size_t place = bytes_of(places[rank], type);
    if (theirs != to) std::memcpy(at(to, place), at(theirs, place), bytes_of(counts[rank], type));
  });
}

int MPI_Isend(const void* from, int count, MPI_Datatype type, int to, int, MPI_Comm, MPI_Request* request) {
  return post({this_rank, to, bytes_of(count, type), from, nullptr}, request);
}

int MPI_Irecv(void* to, int count, MPI_Datatype type, int from, int, MPI_Comm, MPI_Request* request) {
  return post({from, this_rank, bytes_of(count, type), nullptr, to}, request);
}

int MPI_Waitall(int count, MPI_Request* requests, MPI_Status* statuses) {
  std::unique_lock<std::mutex> lock = enter();
  bool failed = false;
  for (int i = 0; i < count; ++i) {
    statuses[i].MPI_ERROR = requests[i]->received == nullptr ? MPI_SUCCESS : receive(lock, *requests[i]);
    failed = failed || statuses[i].MPI_ERROR != MPI_SUCCESS;
  }
  for (int i = 0; i < count; ++i) {
    const Message* const request = requests[i];
    if (request->received == nullptr) world().changed.wait(lock, [request] { return request->delivered; });
    world().messages.remove_if([request](const Message& of) { return &of == request; });
  }
  return failed ? MPI_ERR_IN_STATUS : MPI_SUCCESS;
}
