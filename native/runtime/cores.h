// How many cores this process may really use: a container is often given less than the machine has.
#pragma once

#include <cstddef>
#include <cstdint>

namespace adamax {

// The cores that the scheduler lets the calling thread run on, no more than the time its control groups grant, rounded
// up; at least 1. Asks the system at each call.
std::size_t usable_cores();

// A limit in cores, rounded up; kNoLimit where there is none.
inline constexpr std::size_t kNoLimit = SIZE_MAX;

// Of a file `cpu.max`: "<quota> <period>" in microseconds, or "max <period>".
std::size_t cores_of_max(const char* text);
// Of the files `cpu.cfs_quota_us`, which is -1 where there is no limit, and `cpu.cfs_period_us`.
std::size_t cores_of_quota(const char* quota, const char* period);

// One line of /proc/self/cgroup, `<number>:<controllers>:<path>`. Version 2 has no controllers there.
struct ControlGroup {
  const char* controllers;
  std::size_t controllers_length;
  const char* path;
  std::size_t path_length;

  bool has_controller(const char* name) const;
};
// Reads the line that *text begins with, and moves *text behind it. False when nothing is left. What is no such line
// gives a group without a path.
bool next_control_group(const char** text, ControlGroup* group);

// The least limit of the groups of this process and of those they are in. `root` stands before every path: "" but in
// tests.
std::size_t cores_of_control_groups(const char* root);

}  // namespace adamax
