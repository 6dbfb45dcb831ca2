#include "mpi/exchange.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "mpi/pairwise.h"

namespace adamax {
namespace {

// Floats of a bucket. What one call sums then stays in the cache until the next one sends it: one call over 64 MB takes
// more than twice as long as the same in buckets of 2 MB.
constexpr std::size_t kBucket = std::size_t{512} << 10;
// Floats of a sum that every replica takes for itself, of all that the others have: one message in place of two.
// Between few replicas that pays for longer ones, as long as what comes from all together stays small.
constexpr std::size_t kSmall = 1024;
constexpr std::size_t kSmallTogether = 16384;
// Parts of a bucket begin at a cache line.
constexpr std::size_t kLine = 16;
constexpr int kTag = 1;

std::size_t share_of(std::size_t length, std::size_t size) {
  const std::size_t share = (length + size - 1) / size;
  return (share + kLine - 1) / kLine * kLine;
}

}  // namespace

bool Exchanger::open(MPI_Comm replicas, int rank, int size, std::size_t most_bytes) {
  replicas_ = replicas;
  rank_ = static_cast<std::size_t>(rank);
  size_ = static_cast<std::size_t>(size);
  most_bytes_ = most_bytes;
  part_ = share_of(kBucket, size_);
  received_.reset(new (std::nothrow) float[size_ * std::max(part_, kSmall)]);
  begins_.reset(new (std::nothrow) std::size_t[size_]);
  ends_.reset(new (std::nothrow) std::size_t[size_]);
  requests_.reset(new (std::nothrow) MPI_Request[2 * size_]);
  statuses_.reset(new (std::nothrow) MPI_Status[2 * size_]);
  operands_.reset(new (std::nothrow) const float*[size_]);
  counts_.reset(new (std::nothrow) int[size_]);
  places_.reset(new (std::nothrow) int[size_]);
  return received_ && begins_ && ends_ && requests_ && statuses_ && operands_ && counts_ && places_;
}

int Exchanger::run(const Exchange& exchange) {
  const auto* const from = static_cast<const float*>(exchange.from);
  auto* const to = static_cast<float*>(exchange.to);
  switch (exchange.kind) {
    case Exchange::Kind::kGather:
      return gather(static_cast<char*>(exchange.to), exchange.borders);
    case Exchange::Kind::kSum:
      return sum(from, to, exchange.length);
    case Exchange::Kind::kSumParts:
      return sum_parts(from, to, exchange.borders);
  }
  return MPI_ERR_ARG;
}

int Exchanger::gather(char* bytes, const std::size_t* borders) {
  if (size_ == 1 || borders[size_] == 0) return MPI_SUCCESS;
  if (borders[size_] <= most_bytes_) {
    for (std::size_t r = 0; r < size_; ++r) {
      places_[r] = static_cast<int>(borders[r]);
      counts_[r] = static_cast<int>(borders[r + 1] - borders[r]);
    }
    return MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, bytes, counts_.get(), places_.get(), MPI_BYTE, replicas_);
  }
  // MPI counts in int, and so are places in an array of it: a broadcast has none.
  for (std::size_t r = 0; r < size_; ++r) {
    for (std::size_t begin = borders[r]; begin < borders[r + 1]; begin += most_bytes_) {
      const int count = static_cast<int>(std::min(borders[r + 1] - begin, most_bytes_));
      const int error = MPI_Bcast(bytes + begin, count, MPI_BYTE, static_cast<int>(r), replicas_);
      if (error != MPI_SUCCESS) return error;
    }
  }
  return MPI_SUCCESS;
}

int Exchanger::sum(const float* from, float* to, std::size_t length) {
  if (length == 0) return MPI_SUCCESS;
  if (size_ == 1) {
    std::memmove(to, from, length * sizeof(float));
    return MPI_SUCCESS;
  }
  if (length <= kSmall || length <= kSmallTogether / size_) return sum_small(from, to, length);
  for (std::size_t begin = 0; begin < length; begin += kBucket) {
    const int error = sum_bucket(from + begin, to + begin, std::min(length - begin, kBucket));
    if (error != MPI_SUCCESS) return error;
  }
  return MPI_SUCCESS;
}

int Exchanger::sum_small(const float* from, float* to, std::size_t length) {
  const int count = static_cast<int>(length);
  const int error = MPI_Allgather(from, count, MPI_FLOAT, received_.get(), count, MPI_FLOAT, replicas_);
  if (error != MPI_SUCCESS) return error;
  for (std::size_t r = 0; r < size_; ++r) operands_[r] = received_.get() + r * length;
  add_pairwise(operands_.get(), size_, to, length);
  return MPI_SUCCESS;
}

// Each replica sums a part of the bucket, and all gather the parts: a replica sends and receives twice the bucket at
// most, however many there are.
int Exchanger::sum_bucket(const float* from, float* to, std::size_t length) {
  const std::size_t share = share_of(length, size_);
  for (std::size_t r = 0; r < size_; ++r) {
    begins_[r] = std::min(r * share, length);
    ends_[r] = std::min(begins_[r] + share, length);
    places_[r] = static_cast<int>(begins_[r]);
    counts_[r] = static_cast<int>(ends_[r] - begins_[r]);
  }
  const int error = sum_own(from, to);
  if (error != MPI_SUCCESS) return error;
  return MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, to, counts_.get(), places_.get(), MPI_FLOAT, replicas_);
}

int Exchanger::sum_parts(const float* from, float* to, const std::size_t* borders) {
  std::size_t longest = 0;
  for (std::size_t r = 0; r < size_; ++r) longest = std::max(longest, borders[r + 1] - borders[r]);
  for (std::size_t begin = 0; begin < longest; begin += part_) {
    for (std::size_t r = 0; r < size_; ++r) {
      begins_[r] = std::min(borders[r] + begin, borders[r + 1]);
      ends_[r] = std::min(begins_[r] + part_, borders[r + 1]);
    }
    const int error = sum_own(from, to);
    if (error != MPI_SUCCESS) return error;
  }
  return MPI_SUCCESS;
}

// Returns the error of the first request that has one; MPI itself only says that there is one.
int Exchanger::wait_for_all(int requests) {
  const int error = MPI_Waitall(requests, requests_.get(), statuses_.get());
  if (error != MPI_ERR_IN_STATUS) return error;
  for (int i = 0; i < requests; ++i) {
    const int of = statuses_[static_cast<std::size_t>(i)].MPI_ERROR;
    if (of != MPI_SUCCESS && of != MPI_ERR_PENDING) return of;
  }
  return error;
}

// Writes the sum of what all have from begins_[rank] up to ends_[rank], which are part_ floats at most. Messages have
// addresses of their own in an array; MPI_Alltoallv would count their places in int, and copy the own part, too.
int Exchanger::sum_own(const float* from, float* to) {
  const std::size_t own = ends_[rank_] - begins_[rank_];
  int posted = 0;
  // Those next in the circle come first, so that not all turn to one replica at once.
  for (std::size_t step = 1; step < size_ && own > 0; ++step) {
    const std::size_t peer = (rank_ + size_ - step) % size_;
    const int error = MPI_Irecv(received_.get() + peer * own, static_cast<int>(own), MPI_FLOAT, static_cast<int>(peer),
                                kTag, replicas_, &requests_[posted]);
    if (error != MPI_SUCCESS) return error;
    ++posted;
  }
  for (std::size_t step = 1; step < size_; ++step) {
    const std::size_t peer = (rank_ + step) % size_;
    const std::size_t theirs = ends_[peer] - begins_[peer];
    if (theirs == 0) continue;
    const int error = MPI_Isend(from + begins_[peer], static_cast<int>(theirs), MPI_FLOAT, static_cast<int>(peer), kTag,
                                replicas_, &requests_[posted]);
    if (error != MPI_SUCCESS) return error;
    ++posted;
  }
  const int error = wait_for_all(posted);
  if (error != MPI_SUCCESS || own == 0) return error;
  for (std::size_t r = 0; r < size_; ++r) operands_[r] = received_.get() + r * own;
  operands_[rank_] = from + begins_[rank_];
  add_pairwise(operands_.get(), size_, to + begins_[rank_], own);
  return MPI_SUCCESS;
}

}  // namespace adamax
