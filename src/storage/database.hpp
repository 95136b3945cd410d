#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "squire/storage/sqlite_journal.hpp"

namespace squire::storage {

// The open database file: refused if it is not ours, created if it is missing, tuned for one
// process with one writer. Used by one thread at a time. Throws StorageError.
class Database {
 public:
  static constexpr std::int64_t kPageSize = 4096;

  // `squire.db` in a data directory.
  explicit Database(const SqliteOptions& options);

  // A file of its own that holds a state, on its way in or out. A crash in between leaves nothing
  // of worth, so nothing is synced.
  enum class StateFile {
    New,      // made now
    Foreign,  // from whoever: looked through from end to end, and brought up to date
    Checked   // opened as Foreign before
  };
  Database(std::filesystem::path path, StateFile kind, engine::RowKinds kinds);

  const engine::RowKinds& kinds() const { return kinds_; }
  sqlite3* handle() const { return handle_.get(); }
  void execute(const char* sql) const;
  std::string name() const;  // in errors
  bool is_state_file() const { return is_state_file_; }

  // Whether the write-ahead log is long enough to be copied into the database now; if not now, then
  // at the next idle moment.
  bool needs_checkpoint() const;
  bool has_log() const { return has_log_; }
  bool has_new_log() const { return log_page_count_ > 0; }  // since the last checkpoint
  // Truncated, the log is gone from the disk; else it is written over, which takes no room.
  enum class Log { Kept, Truncated };
  void checkpoint(Log log);

  // Pages of kPageSize bytes.
  std::int64_t page_count() const { return pragma("PRAGMA page_count"); }
  std::int64_t free_page_count() const { return pragma("PRAGMA freelist_count"); }
  // It may grow by so many pages, which is a full disk beyond that; without a number, as it likes.
  void limit_growth(std::optional<std::int64_t> pages) const;
  // Whether shrink() can do anything: not in files of squire 0.1.0 (compaction.hpp).
  bool can_shrink() const { return can_shrink_; }
  // Gives so many free pages back to the disk, which the next checkpoint does.
  void shrink(int pages) const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close(handle); }
  };

  void open();
  void check_contents(int version) const;
  int newest_version() const;
  void make_schema(int from_version) const;
  // Refuses strangers before anything is written to their file. The version of its schema; 0 if it
  // is empty.
  int check_owner() const;
  void tune_for_serving(const SqliteOptions& options) const;
  void tune_for_copying() const;
  std::int64_t pragma(const char* name) const;
  [[noreturn]] void refuse(const std::string& why) const;

  const std::filesystem::path path_;
  const engine::RowKinds kinds_;
  const bool is_state_file_ = false;
  std::unique_ptr<sqlite3, Close> handle_;
  bool can_shrink_ = false;
  bool has_log_ = true;  // it is not truncated
  int log_page_count_ = 0;
};

}  // namespace squire::storage
