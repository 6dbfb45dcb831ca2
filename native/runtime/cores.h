// How many cores this process may really use, since a container is often given less than the machine has.
#pragma once

#include <cstddef>
#include <cstdint>

namespace adamax {

// Returns how many cores the scheduler lets the calling thread run on, but no more than its control groups grant the
// time of, rounded up, and at least 1. Asks the system at each call.
std::size_t usable_cores();

// A limit is a number of cores, rounded up; kNoLimit stands for none.
inline constexpr std::size_t kNoLimit = SIZE_MAX;

// Reads the limit in the text of a file `cpu.max`: "<quota> <period>" in microseconds, or "max <period>".
std::size_t cores_of_max(const char* text);
// Reads the limit in the texts of `cpu.cfs_quota_us`, which is -1 where there is no limit, and `cpu.cfs_period_us`.
std::size_t cores_of_quota(const char* quota, const char* period);

// One line of /proc/self/cgroup, `<number>:<controllers>:<path>`. In version 2 the controllers are empty.
struct ControlGroup {
  const char* controllers;
  std::size_t controllers_length;
  const char* path;
  std::size_t path_length;

  bool has_controller(const char* name) const;
};
// Reads the line that *text begins with, and moves *text behind it. Returns false when nothing is left. A line of
// another form gives a group without a path.
bool next_control_group(const char** text, ControlGroup* group);

// Returns the least limit among the groups of this process and the groups above them. `root` stands before every path,
// and is "" but in tests.
std::size_t cores_of_control_groups(const char* root);

}  // namespace adamax
