// Moves bytes between memory and a file that is open, while something else is done with other memory.
#pragma once

#include <cstddef>
#include <cstdint>

namespace adamax {

// Bytes that are read into memory, or written from there, from `position` of the file on.
struct FileTransfer {
  int file;  // a descriptor of this process
  bool writes;
  std::uint64_t position;
  unsigned char* bytes;
  std::size_t length;
};

// Whether files can be moved at all: Windows numbers the files of each C library apart, so that the descriptors of
// Node.js mean nothing here.
bool can_transfer();

// Runs `meanwhile(context)` once and moves the bytes on the caller and on at most `threads - 1` threads of the pool
// (pool.h), which read piece by piece at the same time; systems let only one thread write to a file. Returns when all
// is done, with how many bytes were moved from the first on without a gap: fewer than there are where the file ends, or
// the system refuses. Whoever wants to know why asks the system for the rest.
std::size_t transfer(std::size_t threads, const FileTransfer& file, void (*meanwhile)(void* context), void* context);

}  // namespace adamax
