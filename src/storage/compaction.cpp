#include "storage/compaction.hpp"

#include <string>

#include "squire/storage/maintenance.hpp"
#include "storage/database.hpp"
#include "storage/private_file.hpp"
#include "storage/record_writer.hpp"

namespace squire::storage {
namespace {

namespace fs = std::filesystem;

// A second file, of what is live, which is then renamed: a copy in place could not be interrupted.
fs::path write_compact(Database& database, const fs::path& file) {
  fs::path compact = file.string() + ".compact";
  std::error_code ignored;
  fs::remove(compact, ignored);
  make_private(compact);
  RecordWriter(database).finish_purges();
  Statement(database.handle(), "VACUUM INTO ?").run(std::string_view(compact.native()));
  return compact;
}

void put_in_place(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) throw StorageError(to.string() + " cannot be replaced: " + error.message());
}

}  // namespace

void compact_database(const fs::path& directory, const DirectoryLock& lock,
                      const engine::RowKinds& kinds) {
  const auto path = directory / "squire.db";
  fs::path compact;
  {
    SqliteOptions options;
    options.directory = directory;
    options.kinds = kinds;
    Database database(options);
    compact = write_compact(database, path);
  }
  // Closed, a database has no log, which would be taken for that of the new one.
  std::error_code ignored;
  if (fs::exists(path.string() + "-wal", ignored)) {
    throw StorageError(path.string() + " cannot be closed; is the disk full?");
  }
  sync_file(compact);
  put_in_place(compact, path);
  lock.sync();
}

void compact_state(const fs::path& file, const engine::RowKinds& kinds) {
  fs::path compact;
  {
    Database database(file, Database::StateFile::Checked, kinds);
    compact = write_compact(database, file);
  }
  put_in_place(compact, file);
}

Compacted compact(const fs::path& directory, const engine::RowKinds& kinds) {
  const auto path = directory / "squire.db";
  std::error_code error;
  Compacted compacted;
  compacted.bytes_before = fs::file_size(path, error);
  if (error) throw StorageError(path.string() + " cannot be read: " + error.message());
  const DirectoryLock lock(directory);
  compact_database(directory, lock, kinds);
  compacted.bytes_after = fs::file_size(path, error);
  return compacted;
}

}  // namespace squire::storage
