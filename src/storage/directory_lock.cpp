#include "storage/directory_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "squire/storage/sqlite_journal.hpp"

namespace squire::storage {
namespace {

[[noreturn]] void fail(const std::filesystem::path& directory, const std::string& what, int error) {
  throw StorageError("data directory " + directory.string() + " " + what + ": " +
                     std::strerror(error) + "; choose another --data-dir");
}

void sync_directory(const std::filesystem::path& directory) {
  const int file = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) fail(directory, "cannot be opened", errno);
  // Some file systems cannot sync a directory (EINVAL); there is nothing to be done about it.
  const int code = ::fsync(file);
  const int error = errno;
  ::close(file);
  if (code != 0 && error != EINVAL) fail(directory, "cannot be synced", error);
}

std::string owner(int file) {
  std::array<char, 32> pid{};
  const ssize_t count = ::pread(file, pid.data(), pid.size() - 1, 0);
  std::string text(pid.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.empty() ? "" : " (pid " + text + ")";
}

}  // namespace

void sync_file(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool is_synced = file >= 0 && ::fsync(file) == 0;
  const int error = errno;
  if (file >= 0) ::close(file);
  if (!is_synced) throw StorageError(path.string() + " cannot be synced: " + std::strerror(error));
}

DirectoryLock::DirectoryLock(std::filesystem::path directory) : directory_(std::move(directory)) {
  create();
  acquire();
}

DirectoryLock::~DirectoryLock() {
  ::close(file_);
}

void DirectoryLock::sync() const {
  sync_directory(directory_);
}

void DirectoryLock::create() const {
  std::error_code error;
  if (std::filesystem::is_directory(directory_, error)) return;
  // Messages are private: only the daemon's user may look.
  const auto path = std::filesystem::absolute(directory_, error).lexically_normal();
  const auto parent = path.has_filename() ? path.parent_path() : path.parent_path().parent_path();
  std::filesystem::create_directories(parent, error);
  if (::mkdir(directory_.c_str(), 0700) != 0 && errno != EEXIST) {
    fail(directory_, "cannot be created", errno);
  }
  if (!std::filesystem::is_directory(directory_, error))
    fail(directory_, "cannot be used", ENOTDIR);
  sync_directory(parent);
}

void DirectoryLock::acquire() {
  const auto path = directory_ / "squire.lock";
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) fail(directory_, "cannot be written", errno);
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    const std::string by = owner(file);
    ::close(file);
    if (error != EWOULDBLOCK) fail(directory_, "cannot be locked", error);
    throw StorageError("data directory " + directory_.string() + " is in use by another squire" +
                       by + "; stop it, or choose another --data-dir");
  }
  file_ = file;
  // Only for the message above: a failure to write it is no reason not to start.
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(file_, 0) == 0) {
    [[maybe_unused]] const ssize_t written = ::pwrite(file_, pid.data(), pid.size(), 0);
  }
}

}  // namespace squire::storage
