#include "admin/process_figures.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace squire::admin {

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

  std::error_code error;
  const std::filesystem::directory_iterator files("/proc/self/fd", error);
  if (!error)
    figures.open_files = static_cast<std::uint64_t>(std::distance(begin(files), end(files)));
  return figures;
}

}  // namespace squire::admin
