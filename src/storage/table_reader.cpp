#include "storage/table_reader.hpp"

#include <limits>
#include <memory>
#include <queue>
#include <vector>

namespace squire::storage {
namespace {

// Places that are tried between damaged pages.
constexpr int kTriesMax = 20'000;

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using StatementPtr = std::unique_ptr<sqlite3_stmt, Finalize>;

StatementPtr prepare(sqlite3* database, const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr);
  return StatementPtr(statement);
}

}  // namespace

void TableReader::read() {
  // Tables without rowids are small: from both ends will do.
  if (prepare(database_, "SELECT rowid FROM " + table_)) return read_keyed();
  read_all("SELECT * FROM " + table_);
}

void TableReader::read_all(const std::string& sql) {
  const auto statement = prepare(database_, sql);
  std::int64_t key = 0;
  if (!statement) {
    error_ = sqlite3_errmsg(database_);
    return;
  }
  while (step(statement.get(), &key)) {
  }
}

// The widest range first: damaged pages are few, and what lies between them is wide.
void TableReader::read_keyed() {
  const auto width = [](const Range& range) {
    return static_cast<std::uint64_t>(range.last) - static_cast<std::uint64_t>(range.first);
  };
  const auto is_narrower = [&](const Range& a, const Range& b) { return width(a) < width(b); };
  std::priority_queue<Range, std::vector<Range>, decltype(is_narrower)> ranges(is_narrower);
  ranges.push({std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()});
  for (int tries = 0; !ranges.empty() && tries < kTriesMax; ++tries) {
    Range range = ranges.top();
    ranges.pop();
    range = read_from(range, false);
    if (range.first > range.last) continue;
    range = read_from(range, true);
    if (range.first >= range.last) continue;
    const auto middle =
        static_cast<std::int64_t>(static_cast<std::uint64_t>(range.first) + width(range) / 2);
    ranges.push({range.first, middle});
    ranges.push({middle + 1, range.last});
  }
}

TableReader::Range TableReader::read_from(Range range, bool is_backward) {
  constexpr Range kNothing{1, 0};
  const auto statement =
      prepare(database_, "SELECT *, rowid FROM " + table_ + " WHERE rowid BETWEEN ? AND ?" +
                             " ORDER BY rowid" + (is_backward ? " DESC" : ""));
  if (!statement) return kNothing;
  sqlite3_bind_int64(statement.get(), 1, range.first);
  sqlite3_bind_int64(statement.get(), 2, range.last);
  std::int64_t key = 0;
  while (step(statement.get(), &key)) {
    if (is_backward ? key == range.first : key == range.last) return kNothing;
    (is_backward ? range.last : range.first) = is_backward ? key - 1 : key + 1;
  }
  return sqlite3_errcode(database_) == SQLITE_DONE ? kNothing : range;
}

bool TableReader::step(sqlite3_stmt* statement, std::int64_t* key) {
  const int code = sqlite3_step(statement);
  if (code == SQLITE_DONE) return false;
  if (code != SQLITE_ROW) {
    error_ = sqlite3_errmsg(database_);
    return false;
  }
  *key = sqlite3_column_int64(statement, sqlite3_column_count(statement) - 1);
  if (take_(statement)) {
    ++read_count_;
  } else {
    ++damaged_row_count_;
  }
  return true;
}

}  // namespace squire::storage
