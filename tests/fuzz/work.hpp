// How much runs for an input: basic blocks, counted by the compiler's instrumentation
// (-fsanitize-coverage=trace-pc), so that an input which costs too much is found whatever the
// machine is doing.
#pragma once

#include <cstdint>
#include <string>

#include "fuzz/check.hpp"

namespace squire::fuzz {

// Since the process began.
std::uint64_t blocks_run();

// From here to the end of the scope no more than that may run.
class WorkLimit {
 public:
  WorkLimit(std::uint64_t blocks_max, std::string_view what)
      : what_(what), blocks_max_(blocks_max), begin_(blocks_run()) {}
  ~WorkLimit() {
    const auto count = blocks_run() - begin_;
    check(count <= blocks_max_, what_,
          std::to_string(count) + " basic blocks, " + std::to_string(blocks_max_) + " at most");
  }
  WorkLimit(const WorkLimit&) = delete;
  WorkLimit& operator=(const WorkLimit&) = delete;

 private:
  const std::string_view what_;
  const std::uint64_t blocks_max_;
  const std::uint64_t begin_;
};

}  // namespace squire::fuzz
