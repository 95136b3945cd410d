#include "storage/disk_reserve.hpp"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>

namespace squire::storage {
namespace {

// Less is no room: a commit of one message takes some of it.
constexpr std::uint64_t kLeast = 65'536;

}  // namespace

DiskReserve::DiskReserve(const std::filesystem::path& directory, std::int64_t bytes)
    : path_(directory / "squire.reserve"), bytes_(bytes) {
  struct statvfs disk {};
  if (::statvfs(directory.c_str(), &disk) == 0 && disk.f_blocks > 0) {
    const auto quarter = static_cast<std::int64_t>(disk.f_blocks * disk.f_frsize / 4);
    bytes_ = std::min(bytes_, quarter / 4096 * 4096);
  }
  std::error_code error;
  const auto size = std::filesystem::file_size(path_, error);
  is_held_ = !error && bytes_ > 0 && size == static_cast<std::uintmax_t>(bytes_);
  if (!error && !is_held_) give_up();
}

std::uint64_t DiskReserve::room() const {
  struct statvfs disk {};
  if (::statvfs(path_.parent_path().c_str(), &disk) != 0) return 0;
  return std::uint64_t{disk.f_bavail} * disk.f_frsize;
}

bool DiskReserve::fill() {
  if (is_held_) return true;
  // Looked at first: an attempt would take for a moment what others have left.
  if (room() < static_cast<std::uint64_t>(bytes_) + kLeast) return false;
  if (bytes_ > 0) {
    const int file = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) return false;
    const int code = ::posix_fallocate(file, 0, bytes_);
    ::close(file);
    if (code != 0) {
      give_up();
      return false;
    }
  }
  return is_held_ = true;
}

void DiskReserve::give_up() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
  is_held_ = false;
}

}  // namespace squire::storage
