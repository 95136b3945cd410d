#pragma once

#include <filesystem>
#include <memory>

#include "storage/database.hpp"

namespace squire::storage {

// A copy of a database into a new file, made some pages at a time while the database goes on being
// written by the thread that makes the copy. Used by that thread, outside of transactions. Throws
// StorageError; the copy is of no use afterwards.
class Backup {
 public:
  Backup(Database& source, const std::filesystem::path& file);

  // False: there is more than a moment's work left.
  bool step();
  // The rest, so that the copy is what the database is now.
  void finish();

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close(handle); }
    void operator()(sqlite3_backup* backup) const { sqlite3_backup_finish(backup); }
  };

  void copy(int pages);

  std::unique_ptr<sqlite3, Close> target_;
  std::unique_ptr<sqlite3_backup, Close> backup_;
};

}  // namespace squire::storage
