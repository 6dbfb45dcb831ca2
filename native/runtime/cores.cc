#include "runtime/cores.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <windows.h>
#else
#include <unistd.h>
#endif
#if defined(__linux__)
#include <sched.h>
#endif

namespace adamax {
namespace {

std::size_t cores_of(long long quota, long long period) {
  if (quota <= 0 || period <= 0) return kNoLimit;
  return static_cast<std::size_t>((quota - 1) / period + 1);
}

constexpr std::size_t kLongestPath = 4096;

// Reads the beginning of a file as text. Returns false where the file cannot be read.
template <std::size_t kSize>
bool read_file(const char* path, char (&text)[kSize]) {
  std::FILE* const file = std::fopen(path, "r");
  if (file == nullptr) return false;
  text[std::fread(text, 1, kSize - 1, file)] = '\0';
  return std::fclose(file) == 0;
}

// Reads a file in the folder of a control group.
template <std::size_t kSize>
bool read_in_folder(const char* folder, const char* name, char (&text)[kSize]) {
  char path[kLongestPath];
  const int length = std::snprintf(path, sizeof path, "%s/%s", folder, name);
  return length > 0 && static_cast<std::size_t>(length) < sizeof path && read_file(path, text);
}

std::size_t limit_in_folder(const char* folder) {
  char first[64], second[64];
  if (read_in_folder(folder, "cpu.max", first)) return cores_of_max(first);
  if (!read_in_folder(folder, "cpu.cfs_quota_us", first)) return kNoLimit;
  return read_in_folder(folder, "cpu.cfs_period_us", second) ? cores_of_quota(first, second) : kNoLimit;
}

// Returns the least limit of a group and all groups above it. A container may be told the path that its host sees: then
// the lower folders are missing, and the top one is that of the container itself.
std::size_t limit_of_group(const char* root, const ControlGroup& group) {
  char folder[kLongestPath];
  const bool named = group.controllers_length > 0;  // version 1: each hierarchy is mounted by its name
  const int mount = std::snprintf(folder, sizeof folder, "%s/sys/fs/cgroup%s%.*s", root, named ? "/" : "",
                                  static_cast<int>(group.controllers_length), group.controllers);
  if (mount <= 0 || static_cast<std::size_t>(mount) + group.path_length >= sizeof folder) return kNoLimit;
  std::memcpy(folder + mount, group.path, group.path_length);
  folder[mount + group.path_length] = '\0';
  std::size_t least = kNoLimit;
  for (;;) {
    least = std::min(least, limit_in_folder(folder));
    char* const last = std::strrchr(folder + mount, '/');
    if (last == nullptr) return least;
    *last = '\0';
  }
}

std::size_t scheduled_cores() {
#if defined(_WIN32)
  DWORD_PTR process = 0, system = 0;
  std::size_t cores = 0;
  if (GetProcessAffinityMask(GetCurrentProcess(), &process, &system)) {
    for (; process != 0; process &= process - 1) ++cores;
  }
  return cores;
#elif defined(__linux__)
  // The set has room for as many processors as Linux can be built for, because Linux refuses a set that is too small.
  unsigned long words[8192 / 8 / sizeof(unsigned long)] = {};
  cpu_set_t* const set = reinterpret_cast<cpu_set_t*>(words);
  if (sched_getaffinity(0, sizeof words, set) != 0) return 0;
  return static_cast<std::size_t>(CPU_COUNT_S(sizeof words, set));
#else
  const long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online < 0 ? 0 : static_cast<std::size_t>(online);
#endif
}

}  // namespace

std::size_t cores_of_max(const char* text) {
  char* end = nullptr;
  const long long quota = std::strtoll(text, &end, 10);  // 0 for "max"
  return cores_of(quota, std::strtoll(end, nullptr, 10));
}

std::size_t cores_of_quota(const char* quota, const char* period) {
  return cores_of(std::strtoll(quota, nullptr, 10), std::strtoll(period, nullptr, 10));
}

bool ControlGroup::has_controller(const char* name) const {
  const std::size_t length = std::strlen(name);
  for (std::size_t at = 0; at < controllers_length;) {
    const char* const begin = controllers + at;
    const void* const comma = std::memchr(begin, ',', controllers_length - at);
    const std::size_t word = comma == nullptr ? controllers_length - at : static_cast<const char*>(comma) - begin;
    if (word == length && std::memcmp(begin, name, length) == 0) return true;
    at += word + 1;
  }
  return false;
}

bool next_control_group(const char** text, ControlGroup* group) {
  const char* const line = *text;
  if (*line == '\0') return false;
  const std::size_t length = std::strcspn(line, "\n");
  *text = line + length + (line[length] == '\n' ? 1 : 0);
  *group = {line, 0, line, 0};
  const auto* const first = static_cast<const char*>(std::memchr(line, ':', length));
  if (first == nullptr) return true;
  const auto* const second = static_cast<const char*>(std::memchr(first + 1, ':', line + length - (first + 1)));
  if (second == nullptr) return true;
  *group = {first + 1, static_cast<std::size_t>(second - (first + 1)), second + 1,
            static_cast<std::size_t>(line + length - (second + 1))};
  return true;
}

std::size_t cores_of_control_groups(const char* root) {
  char path[kLongestPath], text[8192];
  const int length = std::snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
  if (length <= 0 || static_cast<std::size_t>(length) >= sizeof path || !read_file(path, text)) return kNoLimit;
  std::size_t least = kNoLimit;
  const char* rest = text;
  for (ControlGroup group{}; next_control_group(&rest, &group);) {
    const bool relevant = group.controllers_length == 0 || group.has_controller("cpu");
    if (relevant && group.path_length > 0) least = std::min(least, limit_of_group(root, group));
  }
  return least;
}

std::size_t usable_cores() {
#if defined(__linux__)
  const std::size_t granted = cores_of_control_groups("");
#else
  const std::size_t granted = kNoLimit;
#endif
  return std::max<std::size_t>(1, std::min(scheduled_cores(), granted));
}

}  // namespace adamax
