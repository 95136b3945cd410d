#include "squire/service/temporary_files.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "squire/core/text.hpp"

namespace squire::service {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFilePrefix = "squire-temporary-";
constexpr std::string_view kDirectoryPrefix = "squire-state-";  // then the process id and a hyphen

// Whether the name is that of a directory whose daemon is no more. The daemon that asks has made
// none yet: one with its own process id is of an earlier life, in a container say.
bool is_left_behind(std::string_view name) {
  if (!name.starts_with(kDirectoryPrefix)) return false;
  name.remove_prefix(kDirectoryPrefix.size());
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

template <typename Predicate>
void remove_leftovers(const fs::path& directory, Predicate&& is_leftover) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory, ignored)) {
    if (is_leftover(entry.path())) fs::remove_all(entry.path(), ignored);
  }
}

}  // namespace

TemporaryFile::~TemporaryFile() {
  close();
  std::error_code ignored;
  for (const char* suffix : {"", "-journal", "-wal", "-shm"}) {
    fs::remove(path_.string() + suffix, ignored);
  }
}

void TemporaryFile::open(int flags) {
  if (file_ >= 0 || !error_.empty()) return;
  file_ = ::open(path_.c_str(), flags | O_CLOEXEC, 0600);
  if (file_ < 0) error_ = path_.string() + " cannot be opened: " + std::strerror(errno);
}

void TemporaryFile::write(std::string_view bytes) {
  open(O_WRONLY | O_CREAT | O_EXCL);
  while (!bytes.empty() && error_.empty()) {
    const ssize_t count = ::write(file_, bytes.data(), bytes.size());
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      error_ = path_.string() + " cannot be written: " + std::strerror(errno);
    }
  }
}

void TemporaryFile::close() {
  if (file_ >= 0) ::close(file_);
  file_ = -1;
}

std::uint64_t TemporaryFile::size() const {
  std::error_code error;
  const auto size = fs::file_size(path_, error);
  return error ? 0 : size;
}

std::string TemporaryFile::read(std::size_t bytes_max) {
  open(O_RDONLY);
  std::string bytes(bytes_max, '\0');
  const ssize_t count = file_ < 0 ? 0 : ::read(file_, bytes.data(), bytes.size());
  bytes.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
  return bytes;
}

TemporaryFiles::TemporaryFiles(fs::path data_directory)
    : owns_directory_(false), directory_(std::move(data_directory)) {
  remove_leftovers(directory_, [](const fs::path& path) {
    return path.filename().string().starts_with(kFilePrefix);
  });
}

TemporaryFiles::TemporaryFiles() : owns_directory_(true) {
  std::error_code ignored;
  const auto parent = fs::temp_directory_path(ignored);
  remove_leftovers(parent, [](const fs::path& path) {
    return is_left_behind(path.filename().string()) && is_mine(path);
  });
  directory_ = parent / (std::string(kDirectoryPrefix) + std::to_string(::getpid()) + "-XXXXXX");
}

TemporaryFiles::~TemporaryFiles() {
  Lock lock(mutex_);
  std::error_code ignored;
  if (owns_directory_ && count_ > 0) fs::remove_all(directory_, ignored);
}

std::shared_ptr<TemporaryFile> TemporaryFiles::make() {
  Lock lock(mutex_);
  if (owns_directory_ && count_ == 0) {
    std::string name = directory_.string();
    if (::mkdtemp(name.data()) == nullptr) {
      // The file's own error will say more.
      return std::make_shared<TemporaryFile>(directory_ / "none");
    }
    directory_ = name;
  }
  return std::make_shared<TemporaryFile>(directory_ /
                                         (std::string(kFilePrefix) + std::to_string(++count_)));
}

}  // namespace squire::service
