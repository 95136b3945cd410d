// SQLite's prepared statements with owners and types; nothing more.
#pragma once

#include <sqlite3.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "squire/core/clock.hpp"
#include "squire/core/ids.hpp"
#include "squire/engine/message.hpp"
#include "squire/storage/sqlite_journal.hpp"

namespace squire::storage {

// There is no room for what was to be written; it was not, and the database goes on as it was.
struct DiskFull : StorageError {
  using StorageError::StorageError;
};

// Throws StorageError with SQLite's text for the last error of `database`; DiskFull if it is that.
[[noreturn]] void throw_sqlite_error(sqlite3* database);

// A parameter that is stored as a BLOB.
struct Blob {
  std::string_view bytes;
};

// A text that is stored as NULL if it is empty.
struct TextOrNull {
  std::string_view text;
};

// One prepared statement. Belongs to the thread that uses the database; throws StorageError.
class Statement {
 public:
  Statement(sqlite3* database, const char* sql);

  // Binds all parameters in order and runs the statement to its end. Texts and blobs are not
  // copied: they must live until run() returns.
  template <typename... Values>
  void run(const Values&... values) {
    bind_all(values...);
    finish();
  }

  // run() in two steps: all parameters, from 1 on, then the rest.
  template <typename Value>
  void bind_at(int index, const Value& value) {
    check(bind(index, value));
  }
  void run_bound() { finish(); }

  // How many rows the last run() inserted, replaced or deleted.
  std::int64_t changed_count() const {
    return sqlite3_changes64(sqlite3_db_handle(statement_.get()));
  }

  // Binds all parameters; rows then come from next().
  template <typename... Values>
  void query(const Values&... values) {
    reset();
    bind_all(values...);
  }

  // Whether there is one more row, which the columns then show.
  bool next();
  void reset() { sqlite3_reset(statement_.get()); }

  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }
  bool is_null(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
  }
  // Valid until next() or reset(); NULL is empty.
  std::string_view bytes(int column) const;
  std::string text(int column) const { return std::string(bytes(column)); }
  TimePoint time(int column) const { return TimePoint(Milliseconds(integer(column))); }
  // Throws StorageError unless the column holds exactly 16 bytes.
  Uuid uuid(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };

  template <typename... Values>
  void bind_all(const Values&... values) {
    int index = 0;
    (check(bind(++index, values)), ...);
  }
  int bind(int index, std::int64_t value);
  int bind(int index, TimePoint value) { return bind(index, value.time_since_epoch().count()); }
  int bind(int index, std::string_view text);
  int bind(int index, TextOrNull value);
  int bind(int index, Blob value);
  int bind(int index, const Uuid& value);
  int bind(int index, const std::optional<std::int64_t>& value);
  void check(int code) {
    if (code != SQLITE_OK) [[unlikely]]
      throw_sqlite_error(sqlite3_db_handle(statement_.get()));
  }
  void finish();

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

// The rowid of a message: SQLite's integers are signed, keys are not. Order is kept within a queue.
inline std::int64_t to_rowid(std::uint64_t packed_key) {
  return static_cast<std::int64_t>(packed_key);
}
// The ends of a queue's or topic's range; the last one up to a sequence.
inline std::int64_t first_rowid(std::uint32_t number) {
  return to_rowid(engine::MessageKey{number, 0}.packed());
}
inline std::int64_t last_rowid(std::uint32_t number,
                               std::uint64_t sequence = engine::MessageKey::kSequenceMax) {
  return to_rowid(engine::MessageKey{number, sequence}.packed());
}
inline engine::MessageKey from_rowid(std::int64_t rowid) {
  return engine::MessageKey::unpack(static_cast<std::uint64_t>(rowid));
}

}  // namespace squire::storage
