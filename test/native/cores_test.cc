// Usable cores: limits as files of control groups give them, and the affinity that the system reports.
#include "runtime/cores.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "check.h"

#if defined(__linux__)
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

namespace adamax::test {
namespace {

void expect_cores(const char* what, std::size_t got, std::size_t want) {
  report().expect(got == want, "%s: %zu, want %zu", what, got, want);
}

void test_parsing() {
  report().test("cpu.max", [] {
    const std::vector<std::pair<const char*, std::size_t>> cases = {
        {"max 100000\n", kNoLimit}, {"max\n", kNoLimit},    {"", kNoLimit},           {"\n", kNoLimit},
        {"nonsense", kNoLimit},     {"100000", kNoLimit},   {"100000 0\n", kNoLimit}, {"-1 100000", kNoLimit},
        {"0 100000\n", kNoLimit},   {"100000 100000\n", 1}, {"100001 100000\n", 2},   {"1000 100000\n", 1},
        {"150000 100000\n", 2},     {"400000 100000\n", 4}, {"25000 50000", 1},       {"300000 200000\n", 2},
        {"6400000 100000\n", 64},
    };
    for (const auto& [text, want] : cases) expect_cores(text, cores_of_max(text), want);
  });
  report().test("cpu.cfs_quota_us and cpu.cfs_period_us", [] {
    expect_cores("-1", cores_of_quota("-1\n", "100000\n"), kNoLimit);
    expect_cores("0", cores_of_quota("0\n", "100000\n"), kNoLimit);
    expect_cores("no period", cores_of_quota("100000\n", ""), kNoLimit);
    expect_cores("2.5 cores", cores_of_quota("250000\n", "100000\n"), 3);
    expect_cores("3 cores", cores_of_quota("150000\n", "50000\n"), 3);
  });
  report().test("/proc/self/cgroup", [] {
    const char* text = "12:cpuset:/a\n4:cpu,cpuacct:/docker/0a:1\n1:name=systemd:/\nno colons\n5:xcpu\n0::/user.slice";
    const std::vector<std::vector<std::string>> want = {
        {"cpuset", "/a"},   {"cpu,cpuacct", "/docker/0a:1"}, {"name=systemd", "/"}, {"", ""}, {"", ""},
        {"", "/user.slice"}};
    std::size_t line = 0;
    for (ControlGroup group{}; next_control_group(&text, &group); ++line) {
      if (!report().expect(line < want.size(), "more lines than there are")) return;
      const std::string controllers(group.controllers, group.controllers_length);
      const std::string path(group.path, group.path_length);
      report().expect(controllers == want[line][0] && path == want[line][1], "line %zu: '%s' '%s'", line,
                      controllers.c_str(), path.c_str());
      report().expect(group.has_controller("cpu") == (line == 1), "line %zu: cpu", line);
      report().expect(group.has_controller("cpuacct") == (line == 1), "line %zu: cpuacct", line);
    }
    report().expect(line == want.size(), "%zu lines", line);
  });
}

// A folder with files, as the system would show them under "/".
class Root {
 public:
  Root() {
    std::error_code error;
    folder_ = std::filesystem::temp_directory_path(error) / ("adamax-cores-" + std::to_string(getpid()));
  }
  ~Root() {
    std::error_code error;
    std::filesystem::remove_all(folder_, error);
  }
  Root(const Root&) = delete;
  Root& operator=(const Root&) = delete;

  Root& with(const char* path, const char* text) {
    const std::filesystem::path file = folder_ / path;
    std::error_code error;
    std::filesystem::create_directories(file.parent_path(), error);
    report().expect(bool(std::ofstream(file) << text), "cannot write %s", file.c_str());
    return *this;
  }
  std::size_t cores() const { return cores_of_control_groups(folder_.c_str()); }

 private:
  std::filesystem::path folder_;
};

void test_groups() {
  report().test("no control groups, no limit", [] {
    expect_cores("nothing", Root().cores(), kNoLimit);
    expect_cores("no files", Root().with("proc/self/cgroup", "0::/a\n").cores(), kNoLimit);
    expect_cores("no text", Root().with("proc/self/cgroup", "").cores(), kNoLimit);
  });
  report().test("version 2: the least limit on the way up", [] {
    Root root;
    root.with("proc/self/cgroup", "0::/a/b/c\n").with("sys/fs/cgroup/a/b/c/cpu.max", "max 100000\n");
    expect_cores("none", root.cores(), kNoLimit);
    root.with("sys/fs/cgroup/a/cpu.max", "250000 100000\n");
    expect_cores("above", root.cores(), 3);
    root.with("sys/fs/cgroup/a/b/c/cpu.max", "700000 100000\n");
    expect_cores("looser below", root.cores(), 3);
    root.with("sys/fs/cgroup/a/b/cpu.max", "150000 100000\n");
    expect_cores("tighter between", root.cores(), 2);
    root.with("sys/fs/cgroup/a/b/c/cpu.max", "50000 100000\n");
    expect_cores("tightest in the group itself", root.cores(), 1);
    root.with("sys/fs/cgroup/a/b/c/d/cpu.max", "1000 100000\n").with("proc/self/cgroup", "0::/a/x\n");
    expect_cores("others", root.cores(), 3);
  });
  report().test("version 2: the group of a container is the root of what it sees", [] {
    expect_cores("namespace", Root().with("proc/self/cgroup", "0::/\n").with("sys/fs/cgroup/cpu.max", "2 1").cores(),
                 2);
    Root root;
    root.with("proc/self/cgroup", "0::/docker/0123\n").with("sys/fs/cgroup/cpu.max", "200000 100000\n");
    expect_cores("paths of the outside", root.cores(), 2);
  });
  report().test("version 1: the hierarchy that has the cpu controller", [] {
    Root root;
    root.with("proc/self/cgroup", "5:cpuset:/x\n4:cpu,cpuacct:/x/y\n3:memory:/x\n0::/\n");
    root.with("sys/fs/cgroup/cpuset/x/cpu.cfs_quota_us", "1").with("sys/fs/cgroup/cpuset/x/cpu.cfs_period_us", "1");
    expect_cores("of another controller", root.cores(), kNoLimit);
    root.with("sys/fs/cgroup/cpu,cpuacct/x/cpu.cfs_quota_us", "350000\n");
    expect_cores("no period", root.cores(), kNoLimit);
    root.with("sys/fs/cgroup/cpu,cpuacct/x/cpu.cfs_period_us", "100000\n");
    root.with("sys/fs/cgroup/cpu,cpuacct/x/y/cpu.cfs_quota_us", "-1\n");
    root.with("sys/fs/cgroup/cpu,cpuacct/x/y/cpu.cfs_period_us", "100000\n");
    expect_cores("above", root.cores(), 4);
  });
  report().test("a path longer than any is no limit", [] {
    const std::string path = "0::/" + std::string(5000, 'a') + "\n";
    expect_cores("long", Root().with("proc/self/cgroup", path.c_str()).cores(), kNoLimit);
  });
}

#if defined(__linux__)
// In a process of its own, which may run on one processor only.
std::size_t usable_cores_on_one() {
  int ends[2];
  if (pipe(ends) != 0) return 0;
  const pid_t child = fork();
  if (child == 0) {
    cpu_set_t set;
    sched_getaffinity(0, sizeof set, &set);
    int first = 0;
    while (first < CPU_SETSIZE && !CPU_ISSET(first, &set)) ++first;
    CPU_ZERO(&set);
    CPU_SET(first, &set);
    std::size_t cores = sched_setaffinity(0, sizeof set, &set) == 0 ? usable_cores() : 0;
    _exit(write(ends[1], &cores, sizeof cores) == sizeof cores ? 0 : 1);
  }
  close(ends[1]);
  std::size_t cores = 0;
  if (read(ends[0], &cores, sizeof cores) != sizeof cores) cores = 0;
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return cores;
}
#endif

void test_this_machine() {
  report().test("usable cores of this process", [] {
    const std::size_t cores = usable_cores();
    std::printf("usable cores: %zu\n", cores);
    report().expect(cores >= 1, "none");
#if defined(__linux__)
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) {
      const std::size_t scheduled = static_cast<std::size_t>(CPU_COUNT(&set));
      const std::size_t want = std::min(scheduled, cores_of_control_groups(""));
      expect_cores("scheduled or granted", cores, want);
    }
    expect_cores("on one processor", usable_cores_on_one(), 1);
#endif
  });
}

int run() {
  Report::catch_faults();
  test_parsing();
  test_groups();
  test_this_machine();
  return report().finish();
}

}  // namespace
}  // namespace adamax::test

int main() { return adamax::test::run(); }
