// Files that are read and written by several threads, while something else is done: all bytes at their places, once,
// and how many there were where a file ends or the system refuses. CI runs this under ThreadSanitizer too.
#include "runtime/file_transfer.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "cases.h"
#include "check.h"
#include "runtime/pool.h"

namespace adamax::test {
namespace {

using Bytes = std::vector<unsigned char>;

constexpr std::size_t kPiece = 256 << 10;
constexpr std::size_t kSizes[] = {0, 1, 4096, kPiece - 1, kPiece, kPiece + 1, 3 * kPiece, 9 * kPiece + 77};
constexpr std::size_t kThreads[] = {1, 2, 5};
constexpr unsigned char kUntouched = 0xa5;

Bytes drawn(std::size_t size, std::uint64_t seed) {
  Random random(seed);
  Bytes bytes(size);
  for (unsigned char& byte : bytes) byte = static_cast<unsigned char>(random.below(256));
  return bytes;
}

// A file of its own, gone at the end.
class File {
 public:
  explicit File(const Bytes& bytes) {
    char name[] = "/tmp/adamax-transfer-XXXXXX";
    file_ = mkstemp(name);
    if (file_ < 0) std::abort();
    unlink(name);
    for (std::size_t done = 0; done < bytes.size();) {
      const ssize_t count = ::write(file_, bytes.data() + done, bytes.size() - done);
      if (count <= 0) std::abort();
      done += static_cast<std::size_t>(count);
    }
  }
  ~File() { close(file_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  int descriptor() const { return file_; }
  Bytes read() const {
    Bytes bytes(static_cast<std::size_t>(lseek(file_, 0, SEEK_END)));
    for (std::size_t done = 0; done < bytes.size();) {
      const ssize_t count = pread(file_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
      if (count <= 0) std::abort();
      done += static_cast<std::size_t>(count);
    }
    return bytes;
  }

 private:
  int file_;
};

// Moves bytes; what is done meanwhile counts how often.
std::size_t moved(std::size_t threads, const FileTransfer& file) {
  long calls = 0;
  const std::size_t count = transfer(threads, file, [](void* context) { ++*static_cast<long*>(context); }, &calls);
  report().expect(calls == 1, "done %ld times meanwhile", calls);
  return count;
}

void test_reading() {
  report().test("bytes are read to their places, and nothing around them", [] {
    for (const std::size_t size : kSizes) {
      for (const std::size_t position : {std::size_t{0}, std::size_t{13}}) {
        const Bytes bytes = drawn(position + size, size + 1);
        const File file(bytes);
        for (const std::size_t threads : kThreads) {
          Bytes into(size + 2, kUntouched);
          const std::size_t count = moved(threads, {file.descriptor(), false, position, into.data() + 1, size});
          const bool all = count == size && std::equal(bytes.begin() + static_cast<std::ptrdiff_t>(position),
                                                       bytes.end(), into.begin() + 1);
          report().expect(all && into.front() == kUntouched && into.back() == kUntouched, "%zu of %zu by %zu threads",
                          count, size, threads);
        }
      }
    }
  });
  report().test("a file that ends early gives what it has, without a gap", [] {
    for (const std::size_t has : kSizes) {
      const Bytes bytes = drawn(has, has + 2);
      const File file(bytes);
      for (const std::size_t threads : kThreads) {
        Bytes into(has + 3 * kPiece, kUntouched);
        const std::size_t count = moved(threads, {file.descriptor(), false, 0, into.data(), into.size()});
        report().expect(count == has && std::equal(bytes.begin(), bytes.end(), into.begin()),
                        "%zu of %zu by %zu threads", count, has, threads);
      }
    }
  });
}

void test_writing() {
  report().test("bytes are written to their places, and nothing around them", [] {
    for (const std::size_t size : kSizes) {
      const Bytes before = drawn(size + 20, size + 3), bytes = drawn(size, size + 4);
      for (const std::size_t threads : kThreads) {
        const File file(before);
        Bytes from = bytes;
        const std::size_t count = moved(threads, {file.descriptor(), true, 10, from.data(), size});
        Bytes expected = before;
        std::copy(bytes.begin(), bytes.end(), expected.begin() + 10);
        report().expect(count == size && file.read() == expected && from == bytes, "%zu of %zu by %zu threads", count,
                        size, threads);
      }
    }
  });
  report().test("what the system does not write is not counted", [] {
    signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    getrlimit(RLIMIT_FSIZE, &limit);
    const rlim_t all = limit.rlim_cur;
    for (const std::size_t threads : kThreads) {
      const File file({});
      Bytes bytes = drawn(2 * kPiece, 5);
      limit.rlim_cur = kPiece + 100;
      setrlimit(RLIMIT_FSIZE, &limit);
      const std::size_t count = moved(threads, {file.descriptor(), true, 0, bytes.data(), bytes.size()});
      limit.rlim_cur = all;
      setrlimit(RLIMIT_FSIZE, &limit);
      report().expect(count == kPiece + 100, "%zu by %zu threads", count, threads);
    }
  });
}

void test_refusals() {
  report().test("no file, and places that no file has, move nothing", [] {
    Bytes bytes(3 * kPiece, kUntouched);
    const File file(bytes);
    for (const std::size_t threads : kThreads) {
      for (const bool writes : {false, true}) {
        const std::size_t none = moved(threads, {2147483647, writes, 0, bytes.data(), bytes.size()});
        const std::size_t far =
            moved(threads, {file.descriptor(), writes, std::uint64_t{1} << 63, bytes.data(), bytes.size()});
        report().expect(none == 0 && far == 0, "%zu and %zu by %zu threads", none, far, threads);
      }
    }
    report().expect(bytes == Bytes(3 * kPiece, kUntouched) && file.read() == bytes, "something was moved");
  });
}

int run_all() {
  Report::catch_faults();
  retain_pool();
  test_reading();
  test_writing();
  test_refusals();
  release_pool();
  return report().finish();
}

}  // namespace
}  // namespace adamax::test

int main() { return adamax::test::run_all(); }
