#include "storage/statements.hpp"

#include <cerrno>
#include <cstring>

namespace squire::storage {
namespace {

// SQLite tells a full disk from others, but not a quota that is used up. A sync that fails for want
// of room is a failure: nobody knows what was written.
bool is_full(sqlite3* database) {
  const int code = sqlite3_extended_errcode(database);
  return (code & 0xff) == SQLITE_FULL ||
         (code == SQLITE_IOERR_WRITE && sqlite3_system_errno(database) == EDQUOT);
}

}  // namespace

void throw_sqlite_error(sqlite3* database) {
  const char* file = sqlite3_db_filename(database, "main");
  const auto what = std::string(file == nullptr || *file == 0 ? "squire.db" : file) + ": " +
                    sqlite3_errmsg(database);
  if (is_full(database)) throw DiskFull(what);
  throw StorageError(what);
}

Statement::Statement(sqlite3* database, const char* sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) !=
      SQLITE_OK) {
    throw_sqlite_error(database);
  }
  statement_.reset(statement);
}

bool Statement::next() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  throw_sqlite_error(sqlite3_db_handle(statement_.get()));
}

void Statement::finish() {
  while (sqlite3_step(statement_.get()) == SQLITE_ROW) {
  }
  // sqlite3_reset() repeats the error of the last step, if there was one.
  check(sqlite3_reset(statement_.get()));
}

std::string_view Statement::bytes(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

Uuid Statement::uuid(int column) const {
  const std::string_view value = bytes(column);
  Uuid uuid;
  if (value.size() != uuid.bytes.size()) throw StorageError("squire.db: an id is damaged");
  std::memcpy(uuid.bytes.data(), value.data(), value.size());
  return uuid;
}

int Statement::bind(int index, std::int64_t value) {
  return sqlite3_bind_int64(statement_.get(), index, value);
}

int Statement::bind(int index, std::string_view text) {
  // A null pointer would bind NULL.
  const char* data = text.data() == nullptr ? "" : text.data();
  return sqlite3_bind_text64(statement_.get(), index, data, text.size(), SQLITE_STATIC,
                             SQLITE_UTF8);
}

int Statement::bind(int index, TextOrNull value) {
  return value.text.empty() ? sqlite3_bind_null(statement_.get(), index) : bind(index, value.text);
}

int Statement::bind(int index, Blob value) {
  if (value.bytes.empty()) return sqlite3_bind_null(statement_.get(), index);
  return sqlite3_bind_blob64(statement_.get(), index, value.bytes.data(), value.bytes.size(),
                             SQLITE_STATIC);
}

int Statement::bind(int index, const Uuid& value) {
  return sqlite3_bind_blob64(statement_.get(), index, value.bytes.data(), value.bytes.size(),
                             SQLITE_STATIC);
}

int Statement::bind(int index, const std::optional<std::int64_t>& value) {
  return value ? bind(index, *value) : sqlite3_bind_null(statement_.get(), index);
}

}  // namespace squire::storage
