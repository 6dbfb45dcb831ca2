#include "check.h"

#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>

namespace adamax::test {

bool Report::expect(bool good, const char* format, ...) {
  ++cases_;
  if (good) return true;
  if (++complaints_ <= 3) {
    std::printf("  %s: ", name_.c_str());
    va_list arguments;
    va_start(arguments, format);
    std::vprintf(format, arguments);
    va_end(arguments);
    std::printf("\n");
  }
  return false;
}

int Report::finish() const {
  std::printf("%d passed, %d failed\n", passed_, failed_);
  return failed_ == 0 ? 0 : 1;
}

void Report::catch_faults() {
  std::signal(SIGSEGV, on_fault);
  std::signal(SIGILL, on_fault);
#if defined(SIGBUS)
  std::signal(SIGBUS, on_fault);
#endif
}

void Report::on_fault(int signal) {
  report().abandon(signal == SIGILL ? "an instruction this processor does not know" : "touched memory it must not");
}

void Report::abandon(const char* why) {
  std::printf("not ok %s: %s\n", name_.c_str(), why);
  ++failed_;
  finish();
  std::fflush(stdout);
  std::_Exit(1);
}

void Report::begin(const std::string& name) {
  name_ = name;
  cases_ = 0;
  complaints_ = 0;
}

void Report::end() {
  // A test without a case has tested nothing.
  const bool good = complaints_ == 0 && cases_ > 0;
  ++(good ? passed_ : failed_);
  std::printf("%s %s (%ld cases, %ld failed)\n", good ? "ok" : "not ok", name_.c_str(), cases_, complaints_);
  std::fflush(stdout);
}

Report& report() {
  static Report instance;
  return instance;
}

}  // namespace adamax::test
