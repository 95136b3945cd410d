// A database looked at, and changed, behind the back of the journal that owns it.
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <string>

#include "squire/storage/sqlite_journal.hpp"

namespace squire::test {

// What an action says that cannot do its work.
template <typename Action>
std::string error_of(Action&& action) {
  try {
    action();
  } catch (const storage::StorageError& error) {
    return error.what();
  }
  return "no error";
}

inline void execute(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
      << sqlite3_errmsg(database);
  sqlite3_close(database);
}

// The one number that a query gives; -1 if it gives none.
inline std::int64_t number_of(const std::filesystem::path& file, const std::string& sql) {
  std::int64_t value = -1;
  sqlite3* database = nullptr;
  sqlite3_open(file.c_str(), &database);
  sqlite3_exec(
      database, sql.c_str(),
      [](void* to, int, char** texts, char**) {
        *static_cast<std::int64_t*>(to) = std::stoll(texts[0]);
        return 0;
      },
      &value, nullptr);
  sqlite3_close(database);
  return value;
}

}  // namespace squire::test
