#include "squire/service/temporary_directory.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "squire/core/text.hpp"

namespace squire::service {
namespace {

namespace fs = std::filesystem;

// Whether the name is that of a directory whose daemon is no more: one with our own process id is
// of an earlier life, in a container say.
bool is_left_behind(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return false;
  name.remove_prefix(prefix.size());
  const auto hyphen = name.find('-');
  const auto pid = parse_integer(name.substr(0, hyphen));
  if (hyphen == std::string_view::npos || !pid || *pid < 1 || *pid > INT32_MAX) return false;
  return *pid == ::getpid() || (::kill(static_cast<pid_t>(*pid), 0) != 0 && errno == ESRCH);
}

bool is_mine(const fs::path& directory) {
  struct stat status {};
  return ::lstat(directory.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
         status.st_uid == ::geteuid();
}

fs::path system_directory() {
  std::error_code error;
  auto directory = fs::temp_directory_path(error);
  return error ? fs::path("/tmp") : directory;  // TMPDIR names none
}

}  // namespace

std::string temporary_directory_template(std::string_view prefix) {
  return (system_directory() / (std::string(prefix) + std::to_string(::getpid()) + "-XXXXXX"))
      .string();
}

void remove_left_behind(std::string_view prefix) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(system_directory(), ignored)) {
    if (is_left_behind(entry.path().filename().string(), prefix) && is_mine(entry.path())) {
      fs::remove_all(entry.path(), ignored);
    }
  }
}

}  // namespace squire::service
