// Counts tests. A test passes when nothing in it failed; of a failing one only the first few complaints are printed.
#pragma once

#include <string>

namespace adamax::test {

class Report {
 public:
  // Runs `body` as one test. Tests do not nest.
  template <class Body>
  void test(const std::string& name, Body body) {
    begin(name);
    body();
    end();
  }

  // One case of the running test. Returns `good`; the arguments, as for printf, say what went wrong.
  __attribute__((format(printf, 3, 4))) bool expect(bool good, const char* format, ...);

  // One good case, where getting this far is what was to be seen.
  void pass() { ++cases_; }

  // Prints `N passed, M failed` and returns the exit code.
  int finish() const;

  // From here on a fault (memory that is not there, an instruction this processor does not know) is counted as the
  // running test's failure, and still ends the program.
  static void catch_faults();

 private:
  void begin(const std::string& name);
  void end();
  [[noreturn]] void abandon(const char* why);
  static void on_fault(int signal);

  std::string name_;
  long cases_ = 0;
  long complaints_ = 0;
  int passed_ = 0;
  int failed_ = 0;
};

Report& report();

}  // namespace adamax::test
