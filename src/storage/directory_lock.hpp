#pragma once

#include <filesystem>

namespace squire::storage {

// Owns a data directory: creates it if it is missing and holds `squire.lock` in it until
// destroyed, so that a second daemon refuses to start. The kernel drops the lock of a dead process.
class DirectoryLock {
 public:
  // Throws StorageError.
  explicit DirectoryLock(std::filesystem::path directory);
  ~DirectoryLock();
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

  // Makes the names of newly created files survive a power cut.
  void sync() const;

 private:
  void create() const;
  void acquire();

  const std::filesystem::path directory_;
  int file_ = -1;
};

// Returns when the file's contents survive a power cut. Throws StorageError.
void sync_file(const std::filesystem::path& file);

}  // namespace squire::storage
