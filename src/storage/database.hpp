#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>

#include "squire/storage/sqlite_journal.hpp"

namespace squire::storage {

// The open database file: refused if it is not ours, created if it is missing, tuned for one
// process with one writer. Used by one thread at a time. Throws StorageError.
class Database {
 public:
  explicit Database(const SqliteOptions& options);

  sqlite3* handle() const { return handle_.get(); }
  void execute(const char* sql) const;

  // Whether the write-ahead log is long enough to be copied into the database now; if not now, then
  // at the next idle moment.
  bool needs_checkpoint() const;
  bool has_log() const { return log_page_count_ > 0; }
  void checkpoint();

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close(handle); }
  };

  void open();
  // Refuses strangers before anything is written to their file. The version of its schema; 0 if it
  // is empty.
  int check_owner() const;
  void tune(std::int64_t pages_max) const;
  std::int64_t pragma(const char* name) const;
  [[noreturn]] void refuse(const std::string& why) const;

  const std::filesystem::path path_;
  std::unique_ptr<sqlite3, Close> handle_;
  int log_page_count_ = 0;
};

}  // namespace squire::storage
