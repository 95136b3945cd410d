#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <functional>
#include <string>

namespace squire::storage {

// Reads a table of a damaged database as far as it can be read: from its beginning, from its end,
// and from places between, wherever a page is damaged.
class TableReader {
 public:
  // What a row's columns are, of a statement that stands on it. False: the row is damaged.
  using Take = std::function<bool(sqlite3_stmt*)>;

  TableReader(sqlite3* database, std::string table, Take take)
      : database_(database), table_(std::move(table)), take_(std::move(take)) {}

  void read();

  std::uint64_t read_count() const { return read_count_; }
  std::uint64_t damaged_row_count() const { return damaged_row_count_; }
  // What SQLite said where it could not go on; empty if it could everywhere.
  const std::string& error() const { return error_; }

 private:
  struct Range {
    std::int64_t first;
    std::int64_t last;
  };

  void read_keyed();
  void read_all(const std::string& sql);
  // Reads a range from one of its ends; the rest, which begins or ends at a damaged page, or an
  // empty one if there is none.
  Range read_from(Range range, bool is_backward);
  bool step(sqlite3_stmt* statement, std::int64_t* key);

  sqlite3* const database_;
  const std::string table_;
  const Take take_;
  std::uint64_t read_count_ = 0;
  std::uint64_t damaged_row_count_ = 0;
  std::string error_;
};

}  // namespace squire::storage
