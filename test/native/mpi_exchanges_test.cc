// Each kind of exchange between several replicas, of which the first asks for it by the queue.
#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "cases.h"
#include "check.h"
#include "mpi_process.h"
#include "mpi_tests.h"

namespace adamax::test {
namespace {

using Floats = std::vector<float>;

// Longer than one message holds, so that gathers are cut.
constexpr std::size_t kMostBytes = 4096;
// A sum is taken in buckets of so many floats.
constexpr std::size_t kBucket = std::size_t{512} << 10;

Floats drawn(std::size_t length, std::size_t rank) {
  Random random(kSeed + rank);
  Floats floats(length);
  fill(floats.data(), length, Inputs::kOrdinary, random);
  return floats;
}

// What all replicas together have of a sum.
Floats sum_of(std::size_t size, std::size_t length) {
  std::vector<Floats> parts;
  std::vector<const float*> operands;
  for (std::size_t r = 0; r < size; ++r) parts.push_back(drawn(length, r));
  for (const Floats& part : parts) operands.push_back(part.data());
  return pairwise(operands, length);
}

// Parts of different lengths, of which the second is empty.
std::vector<std::size_t> borders_of(std::size_t size, std::size_t length) {
  std::vector<std::size_t> borders(size + 1, length);
  borders[0] = 0;
  for (std::size_t r = 1; r < size; ++r) borders[r] = length * std::max<std::size_t>(r - 1, 1) / size;
  return borders;
}

bool same(const Floats& got, const Floats& want, std::size_t begin, std::size_t end) {
  return begin == end || std::memcmp(got.data() + begin, want.data() + begin, (end - begin) * sizeof(float)) == 0;
}

// Makes the exchanges of one replica. `exchange` returns whether one went well.
template <class Do>
void exchange_all(std::size_t rank, std::size_t size, std::size_t length, Do exchange) {
  const Floats own = drawn(length, rank);
  const Floats want = sum_of(size, length);
  Floats got(length);
  must(exchange({Exchange::Kind::kSum, own.data(), got.data(), length, nullptr}), "no sum");
  must(same(got, want, 0, length), "replica %zu of %zu: a wrong sum of %zu", rank, size, length);

  const std::vector<std::size_t> borders = borders_of(size, length);
  got = own;
  must(exchange({Exchange::Kind::kSumParts, got.data(), got.data(), length, borders.data()}), "no sum of parts");
  must(same(got, want, borders[rank], borders[rank + 1]) && same(got, own, 0, borders[rank]) &&
           same(got, own, borders[rank + 1], length),
       "replica %zu of %zu: a wrong sum of parts of %zu", rank, size, length);

  std::vector<std::size_t> bytes = borders;
  for (std::size_t& border : bytes) border *= sizeof(float);
  must(exchange({Exchange::Kind::kGather, nullptr, got.data(), bytes[size], bytes.data()}), "no gather");
  must(same(got, want, 0, length), "replica %zu of %zu: a wrong gather of %zu", rank, size, length);
}

void exchange_between(std::size_t size, const std::vector<std::size_t>& lengths) {
  const Process process(static_cast<int>(size));
  if (!process.is_child()) return process.expect(0);
  std::vector<std::thread> others;
  for (std::size_t rank = 1; rank < size; ++rank) {
    others.push_back(replica(static_cast<int>(rank), kMostBytes, [=](Exchanger& exchanger) {
      for (const std::size_t length : lengths) {
        exchange_all(rank, size, length, [&](const Exchange& of) { return exchanger.run(of) == MPI_SUCCESS; });
      }
    }));
  }
  Loop loop;
  loop.open(kMostBytes);
  const Communicator& joined = communicator();
  must(joined.rank == 0 && joined.size == static_cast<int>(size) && joined.local == joined.size && joined.cores >= 1,
       "it is replica %d of %d, of which %d are here", joined.rank, joined.size, joined.local);
  bool waits = false;
  for (const std::size_t length : lengths) {
    exchange_all(0, size, length, [&](const Exchange& of) {
      waits = !waits;
      if (waits) return run(of) == nullptr;
      return loop.start(job_of(of)) && loop.next()->failure == nullptr;
    });
  }
  must(loop.start(std::make_unique<Job>(Job::Kind::kLeave)), "it may not leave");
  must(run({}) != nullptr, "an exchange was taken while it leaves");
  must(loop.next()->failure == nullptr && stage() == Stage::kLeft, "it has not left");
  for (std::thread& other : others) other.join();
  std::exit(0);
}

}  // namespace

void test_exchanges() {
  for (std::size_t size = 1; size <= 5; ++size) {
    report().test("sums, parts of sums and gathers among " + std::to_string(size), [size] {
      std::vector<std::size_t> lengths = {0, 1, 5, 1000, 1025, 5000, 20000};
      // More than one bucket takes its time under a sanitizer or an emulator.
      if (size == 3) lengths.push_back(kBucket + 100);
      exchange_between(size, lengths);
    });
  }
}

}  // namespace adamax::test
