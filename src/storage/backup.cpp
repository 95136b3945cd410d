#include "storage/backup.hpp"

#include <string>

#include "storage/private_file.hpp"
#include "storage/statements.hpp"

namespace squire::storage {
namespace {

// A commit waits for so many, some milliseconds.
constexpr int kStepPages = 512;

}  // namespace

Backup::Backup(Database& source, const std::filesystem::path& file) {
  make_private(file);
  sqlite3* target = nullptr;
  const int code =
      sqlite3_open_v2(file.c_str(), &target,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  target_.reset(target);
  if (code != SQLITE_OK) throw_sqlite_error(target);
  Statement(target, "PRAGMA synchronous = OFF").run();
  backup_.reset(sqlite3_backup_init(target, "main", source.handle(), "main"));
  if (!backup_) throw_sqlite_error(target);
}

// Never to the end: from there on the copy would not follow the database any more.
bool Backup::step() {
  copy(0);
  const int left = sqlite3_backup_remaining(backup_.get());
  if (left > kStepPages) copy(kStepPages);
  return left <= 2 * kStepPages;
}

void Backup::finish() {
  copy(-1);
  if (sqlite3_backup_finish(backup_.release()) != SQLITE_OK) throw_sqlite_error(target_.get());
  // One file that any program can read, without a log beside it.
  Statement(target_.get(), "PRAGMA journal_mode = DELETE").run();
}

void Backup::copy(int pages) {
  const int code = sqlite3_backup_step(backup_.get(), pages);
  if (code == SQLITE_OK || code == SQLITE_DONE) return;
  throw StorageError(std::string("the copy cannot be written: ") + sqlite3_errstr(code));
}

}  // namespace squire::storage
