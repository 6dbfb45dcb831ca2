#include "runtime/file_transfer.h"

#include <algorithm>
#include <atomic>

#include "runtime/pool.h"

#if !defined(_WIN32)
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#endif

namespace adamax {
namespace {

// What a thread reads at a time: half of a small second-level cache. Less than that is not worth another thread.
constexpr std::size_t kReadPiece = std::size_t{256} << 10;
// No system takes more in one call.
constexpr std::size_t kMostAtOnce = std::size_t{1} << 30;

#if defined(_WIN32)

std::size_t move(const FileTransfer&, std::size_t, std::size_t) { return 0; }

#else

// Moves bytes [begin, end); returns how many of them.
std::size_t move(const FileTransfer& file, std::size_t begin, std::size_t end) {
  std::size_t at = begin;
  while (at < end) {
    const std::size_t count = std::min(end - at, kMostAtOnce);
    const off_t position = static_cast<off_t>(file.position + at);
    const ssize_t moved = file.writes ? pwrite(file.file, file.bytes + at, count, position)
                                      : pread(file.file, file.bytes + at, count, position);
    if (moved < 0 && errno == EINTR) continue;
    if (moved <= 0) break;
    at += static_cast<std::size_t>(moved);
  }
  return at - begin;
}

#endif

// Part 0 is what is done meanwhile; the others are pieces of the file, in their order.
struct TransferTask {
  const FileTransfer& file;
  const std::size_t piece;
  void (*const meanwhile)(void*);
  void* const context;
  // Where the first piece ends that was not moved whole.
  std::atomic<std::size_t> end;

  static void run(void* self, std::size_t part) {
    TransferTask& task = *static_cast<TransferTask*>(self);
    if (part == 0) {
      task.meanwhile(task.context);
      return;
    }
    const std::size_t begin = (part - 1) * task.piece;
    const std::size_t count = std::min(task.piece, task.file.length - begin);
    // What lies behind a gap counts for nothing.
    if (begin > task.end.load(std::memory_order_relaxed)) return;
    const std::size_t moved = move(task.file, begin, begin + count);
    if (moved < count) task.end_at(begin + moved);
  }

  void end_at(std::size_t at) {
    std::size_t now = end.load(std::memory_order_relaxed);
    while (at < now && !end.compare_exchange_weak(now, at, std::memory_order_relaxed)) {
    }
  }
};

}  // namespace

bool can_transfer() {
#if defined(_WIN32)
  return false;
#else
  return true;
#endif
}

std::size_t transfer(std::size_t threads, const FileTransfer& file, void (*meanwhile)(void*), void* context) {
  if (!can_transfer() || file.length == 0) {
    meanwhile(context);
    return 0;
  }
  const std::size_t piece = file.writes ? file.length : kReadPiece;
  TransferTask task{file, piece, meanwhile, context, {file.length}};
  run_parts(file.length < kReadPiece ? 1 : threads, 2 + (file.length - 1) / piece, TransferTask::run, &task);
  return task.end.load(std::memory_order_relaxed);
}

}  // namespace adamax
