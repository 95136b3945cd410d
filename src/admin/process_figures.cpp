#include "admin/process_figures.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace squire::admin {
namespace {

// The kernel counts from the boot on: proc(5), field 22 of stat; the name of the program, which
// comes before, may hold anything.
double read_started_at() {
  std::string line;
  std::getline(std::ifstream("/proc/self/stat"), line);
  std::istringstream fields(line.substr(std::min(line.rfind(')') + 1, line.size())));
  std::string skipped;
  for (int field = 3; field < 22; ++field) fields >> skipped;
  double ticks = 0;
  fields >> ticks;
  double booted_at = 0;
  std::ifstream boot("/proc/stat");
  while (boot >> skipped && skipped != "btime") {
  }
  boot >> booted_at;
  return booted_at + ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace

ProcessFigures read_process_figures() {
  ProcessFigures figures;
  std::ifstream memory("/proc/self/statm");
  memory >> figures.virtual_bytes >> figures.resident_bytes;
  const auto page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  figures.virtual_bytes *= page_bytes;
  figures.resident_bytes *= page_bytes;

  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  figures.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);

  figures.started_at = read_started_at();

  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  figures.open_files_max = limit.rlim_cur;
  std::error_code error;
  const std::filesystem::directory_iterator files("/proc/self/fd", error);
  if (!error)
    figures.open_files = static_cast<std::uint64_t>(std::distance(begin(files), end(files)));
  return figures;
}

}  // namespace squire::admin
