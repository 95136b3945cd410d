#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "squire/core/mutex.hpp"

namespace squire::service {

// A file that is gone when this is, with what SQLite may have put beside it. Used by one thread at
// a time.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::filesystem::path path) : path_(std::move(path)) {}
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  const std::filesystem::path& path() const { return path_; }

  // At its end. After a failure nothing more is written.
  void write(std::string_view bytes);
  // What went wrong while it was written, for people; empty if nothing did.
  const std::string& error() const { return error_; }
  void close();

  std::uint64_t size() const;
  // The next bytes, at most so many; none at the end, or if it cannot be read.
  std::string read(std::size_t bytes_max);

 private:
  void open(int flags);

  const std::filesystem::path path_;
  int file_ = -1;
  std::string error_;
};

// Gives out temporary files in a directory that only the daemon's user may look into. Thread-safe.
class TemporaryFiles {
 public:
  // In the data directory, which must be this daemon's already: what a crash left there goes.
  explicit TemporaryFiles(std::filesystem::path data_directory);
  // In a directory of its own below the system's one for such files, made when it is first needed;
  // those of daemons that crashed go.
  TemporaryFiles();
  ~TemporaryFiles();
  TemporaryFiles(const TemporaryFiles&) = delete;
  TemporaryFiles& operator=(const TemporaryFiles&) = delete;

  // A new one, not made yet.
  std::shared_ptr<TemporaryFile> make();
  // Likewise, but null if `count_max` of those made by this are still there.
  std::shared_ptr<TemporaryFile> make_one_of(std::size_t count_max);

 private:
  const bool owns_directory_;
  Mutex mutex_{LockRank::Leaf};
  std::filesystem::path directory_ GUARDED_BY(mutex_);
  std::uint64_t count_ GUARDED_BY(mutex_) = 0;
  std::vector<std::weak_ptr<TemporaryFile>> counted_ GUARDED_BY(mutex_);
};

}  // namespace squire::service
