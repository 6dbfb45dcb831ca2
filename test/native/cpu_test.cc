// Detection of instruction sets against what the operating system says, and the choice of tables that follows from it.
//
//   cpu_test                 compares with /proc/cpuinfo, where there is one
//   cpu_test --best <isa>    expects <isa> instead: under an emulator /proc/cpuinfo shows the machine it runs on
#include "runtime/cpu.h"

#include <cstdio>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "check.h"
#include "runtime/tables.h"

namespace adamax::test {
namespace {

#if defined(__x86_64__) || defined(_M_X64)
constexpr bool kX86 = true;
#else
constexpr bool kX86 = false;
#endif

// The `flags` of the first processor in /proc/cpuinfo; empty where there are none.
std::set<std::string> cpuinfo_flags() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("flags", 0) != 0) continue;
    std::istringstream words(line.substr(line.find(':') + 1));
    std::set<std::string> flags;
    for (std::string flag; words >> flag;) flags.insert(flag);
    return flags;
  }
  return {};
}

void test_detection(const CpuFeatures& cpu) {
  const std::set<std::string> flags = cpuinfo_flags();
  if (!kX86 || flags.empty()) {
    std::printf("skipped: no x86 flags in /proc/cpuinfo to compare detection with\n");
    return;
  }
  report().test("detection agrees with /proc/cpuinfo", [&] {
    const bool avx2 = flags.count("avx2") != 0;
    const bool avx512 =
        avx2 && flags.count("avx512f") != 0 && flags.count("avx512dq") != 0 && flags.count("avx512bw") != 0;
    report().expect(cpu.avx2 == avx2, "avx2 is %d, want %d", cpu.avx2, avx2);
    report().expect(cpu.avx512 == avx512, "avx512 is %d, want %d", cpu.avx512, avx512);
  });
}

bool offered(const Tables& t, const char* isa) { return t.find(isa) != nullptr; }

void test_tables(const CpuFeatures& cpu, const char* best) {
  const Tables& t = tables();
  report().test("tables follow from detection", [&] {
    report().expect(offered(t, "portable"), "no portable table");
    report().expect(offered(t, "avx2") == (kX86 && cpu.avx2), "avx2 offered: %d", offered(t, "avx2"));
    report().expect(offered(t, "avx512") == (kX86 && cpu.avx512), "avx512 offered: %d", offered(t, "avx512"));
#if defined(__aarch64__) || defined(_M_ARM64)
    report().expect(offered(t, "neon"), "no neon table");
#else
    report().expect(!offered(t, "neon"), "a neon table");
#endif
    report().expect(t.best() == t.available[t.count - 1], "the last table is not the best");
    report().expect(cpu.avx2 || !cpu.avx512, "AVX-512 without AVX2");
    for (int i = 0; i < t.count; ++i) {
      report().expect(t.find(t.available[i]->isa) == t.available[i], "find %s", t.available[i]->isa);
    }
    report().expect(&tables() == &t, "a second detection");
  });
  report().test("unknown instruction sets are not found", [&] {
    for (const char* isa : {"", "sse2", "AVX2", "avx", "avx5", "portable ", "js"}) {
      report().expect(t.find(isa) == nullptr, "found '%s'", isa);
    }
  });
  if (best == nullptr) return;
  report().test(std::string("the best table is ") + best,
                [&] { report().expect(std::strcmp(t.best()->isa, best) == 0, "is %s", t.best()->isa); });
}

int run(int argc, char** argv) {
  Report::catch_faults();
  const bool told = argc == 3 && std::strcmp(argv[1], "--best") == 0;
  if (argc != 1 && !told) {
    std::fprintf(stderr, "usage: cpu_test [--best <isa>]\n");
    return 2;
  }
  const CpuFeatures cpu = detect_cpu();
  std::printf("detected: avx2 %s, avx512 %s; tables:", cpu.avx2 ? "yes" : "no", cpu.avx512 ? "yes" : "no");
  for (int i = 0; i < tables().count; ++i) std::printf(" %s", tables().available[i]->isa);
  std::printf("\n");
  if (!told) test_detection(cpu);
  test_tables(cpu, told ? argv[2] : nullptr);
  return report().finish();
}

}  // namespace
}  // namespace adamax::test

int main(int argc, char** argv) { return adamax::test::run(argc, argv); }
