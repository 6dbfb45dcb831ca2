// What replicas exchange (lib/distribute/collective/collective.ts), by calls of MPI. Everything here runs on the
// communication thread (queue.h).
#pragma once

#include <mpi.h>

#include <cstddef>
#include <memory>

namespace adamax {

struct Exchange {
  enum class Kind : int { kGather = 0, kSum = 1, kSumParts = 2 };
  Kind kind = Kind::kSum;
  // Floats; bytes where parts are gathered, which then lie in `to`.
  const void* from = nullptr;
  void* to = nullptr;
  // Of both arrays, in elements.
  std::size_t length = 0;
  // Where the parts of replicas begin, and the end of the last; absent for a sum of everything.
  const std::size_t* borders = nullptr;
};

class Exchanger {
 public:
  // Takes memory for all exchanges that come; returns false when there is none.
  // most_bytes: of a gather, as far as one call of MPI can count.
  bool open(MPI_Comm replicas, int rank, int size, std::size_t most_bytes);
  // Returns what MPI returns.
  int run(const Exchange& exchange);

 private:
  int gather(char* bytes, const std::size_t* borders);
  int sum(const float* from, float* to, std::size_t length);
  int sum_small(const float* from, float* to, std::size_t length);
  int sum_bucket(const float* from, float* to, std::size_t length);
  int sum_parts(const float* from, float* to, const std::size_t* borders);
  int sum_own(const float* from, float* to);
  int wait_for_all(int requests);

  MPI_Comm replicas_ = MPI_COMM_NULL;
  std::size_t rank_ = 0;
  std::size_t size_ = 1;
  std::size_t most_bytes_ = 0;
  // The longest part of a bucket, in floats.
  std::size_t part_ = 0;
  // What others send; of each replica, where its part of a bucket begins and ends; requests; operands of a sum.
  std::unique_ptr<float[]> received_;
  std::unique_ptr<std::size_t[]> begins_;
  std::unique_ptr<std::size_t[]> ends_;
  std::unique_ptr<MPI_Request[]> requests_;
  std::unique_ptr<MPI_Status[]> statuses_;
  std::unique_ptr<const float*[]> operands_;
  std::unique_ptr<int[]> counts_;
  std::unique_ptr<int[]> places_;
};

}  // namespace adamax
