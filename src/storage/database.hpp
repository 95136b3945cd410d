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
  // `squire.db` in a data directory.
  explicit Database(const SqliteOptions& options);

  // A file of its own that holds a state, on its way in or out. A crash in between leaves nothing
  // of worth, so nothing is synced.
  enum class StateFile {
    New,      // made now
    Foreign,  // from whoever: looked through from end to end, and brought up to date
    Checked   // opened as Foreign before
  };
  Database(std::filesystem::path path, StateFile kind);

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
  void check_contents(int version) const;
  void make_schema(int from_version) const;
  // Refuses strangers before anything is written to their file. The version of its schema; 0 if it
  // is empty.
  int check_owner() const;
  void tune_for_serving(std::int64_t pages_max) const;
  void tune_for_copying() const;
  std::int64_t pragma(const char* name) const;
  [[noreturn]] void refuse(const std::string& why) const;
  std::string name() const;  // in errors

  const std::filesystem::path path_;
  const bool is_state_file_ = false;
  std::unique_ptr<sqlite3, Close> handle_;
  int log_page_count_ = 0;
};

}  // namespace squire::storage
