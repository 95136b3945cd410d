#include "squire/service/temporary_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "squire/service/temporary_directory.hpp"

namespace squire::service {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFilePrefix = "squire-temporary-";
constexpr std::string_view kDirectoryPrefix = "squire-state-";

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
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory_, ignored)) {
    if (entry.path().filename().string().starts_with(kFilePrefix)) {
      fs::remove_all(entry.path(), ignored);
    }
  }
}

TemporaryFiles::TemporaryFiles() : owns_directory_(true) {
  remove_left_behind(kDirectoryPrefix);
  directory_ = temporary_directory_template(kDirectoryPrefix);
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

std::shared_ptr<TemporaryFile> TemporaryFiles::make_one_of(std::size_t count_max) {
  auto file = make();  // nothing is on the disk before it is used
  Lock lock(mutex_);
  std::erase_if(counted_, [](const auto& other) { return other.expired(); });
  if (counted_.size() >= count_max) return nullptr;
  counted_.push_back(file);
  return file;
}

}  // namespace squire::service
