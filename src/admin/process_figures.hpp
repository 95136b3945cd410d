#pragma once

#include <cstdint>

namespace squire::admin {

// The daemon as the kernel sees it; zeros where /proc is not to be read.
struct ProcessFigures {
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  double cpu_seconds = 0;
  std::uint64_t open_files = 0;
  std::uint64_t open_files_max = 0;
  double started_at = 0;  // seconds since 1970
};

ProcessFigures read_process_figures();

}  // namespace squire::admin
