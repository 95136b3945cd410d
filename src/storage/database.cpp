#include "storage/database.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <string>
#include <vector>

#include "storage/private_file.hpp"
#include "storage/row_table.hpp"
#include "storage/schema.hpp"
#include "storage/statements.hpp"

namespace squire::storage {
namespace {

// 8 MiB of log: a pause of some 15 ms while a backlog grows, hardly any if it does not. Eight times
// the size would mean five times the pause, for a few per cent of throughput.
constexpr int kCheckpointPages = 2048;

void configure_sqlite() {
  static std::once_flag once;
  std::call_once(once, [] {
    // Counting every allocation would take a global mutex each time.
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
  });
}

// PRAGMA auto_vacuum
constexpr std::int64_t kIncremental = 2;

// A message is at most 1 MiB; attributes and policies are far smaller.
constexpr int kRowBytesMax = 16 * 1024 * 1024;

using Schema = std::vector<std::array<std::string, 3>>;

Schema schema_of(sqlite3* database) {
  Statement rows(database, "SELECT type, name, sql FROM sqlite_schema ORDER BY name");
  Schema schema;
  while (rows.next()) schema.push_back({rows.text(0), rows.text(1), rows.text(2)});
  return schema;
}

constexpr int kWrittenVersions = std::size(kSchemas);

// What that version added.
std::string schema_sql(int version, const engine::RowKinds& kinds) {
  if (version <= kWrittenVersions) return kSchemas[version - 1];
  std::string sql;
  for (const auto* kind : kinds) {
    if (kind->since == version) sql += create_table_sql(*kind) + ';';
  }
  return sql;
}

Schema schema_of_version(int version, const engine::RowKinds& kinds) {
  sqlite3* handle = nullptr;
  sqlite3_open(":memory:", &handle);
  const std::unique_ptr<sqlite3, int (*)(sqlite3*)> model(handle, &sqlite3_close);
  for (int next = 1; next <= version; ++next) {
    if (sqlite3_exec(handle, schema_sql(next, kinds).c_str(), nullptr, nullptr, nullptr) !=
        SQLITE_OK) {
      throw_sqlite_error(handle);
    }
  }
  return schema_of(handle);
}

}  // namespace

Database::Database(const SqliteOptions& options)
    : path_(options.directory / "squire.db"), kinds_(options.kinds) {
  configure_sqlite();
  open();
  const int version = check_owner();
  tune_for_serving(options);
  make_schema(version);
  can_shrink_ = pragma("PRAGMA auto_vacuum") == kIncremental;
  // Replaces SQLite's own checkpoints, which would run inside of a COMMIT.
  sqlite3_wal_hook(
      handle(),
      [](void* self, sqlite3*, const char*, int page_count) {
        auto& database = *static_cast<Database*>(self);
        database.log_page_count_ = page_count;
        database.has_log_ = true;
        return SQLITE_OK;
      },
      this);
}

Database::Database(std::filesystem::path path, StateFile kind, engine::RowKinds kinds)
    : path_(std::move(path)), kinds_(std::move(kinds)), is_state_file_(true) {
  configure_sqlite();
  open();
  const int version = kind == StateFile::New ? 0 : check_owner();
  if (kind == StateFile::Foreign) check_contents(version);
  tune_for_copying();
  make_schema(version);
  can_shrink_ = pragma("PRAGMA auto_vacuum") == kIncremental;
}

int Database::newest_version() const {
  int newest = kWrittenVersions;
  for (const auto* kind : kinds_) newest = std::max(newest, kind->since);
  return newest;
}

void Database::make_schema(int from_version) const {
  const int newest = newest_version();
  if (from_version >= newest) return;
  execute("BEGIN IMMEDIATE");
  for (int next = from_version + 1; next <= newest; ++next) {
    execute(schema_sql(next, kinds_).c_str());
  }
  execute(("PRAGMA application_id = " + std::to_string(kApplicationId)).c_str());
  execute(("PRAGMA user_version = " + std::to_string(newest)).c_str());
  execute("COMMIT");
}

// Nothing in it may do anything on its own, as a trigger would, or be larger than what we write.
// The schema's bytes also tell UTF-8 from UTF-16.
void Database::check_contents(int version) const {
  if (version == 0) refuse("is not a squire database");
  execute("PRAGMA trusted_schema = OFF");
  execute("PRAGMA cell_size_check = ON");
  sqlite3_limit(handle(), SQLITE_LIMIT_LENGTH, kRowBytesMax);
  if (schema_of(handle()) != schema_of_version(version, kinds_)) {
    refuse("does not have the tables of a squire database");
  }
  Statement check(handle(), "PRAGMA quick_check(1)");
  if (!check.next() || check.bytes(0) != "ok") refuse("is damaged: " + check.text(0));
}

void Database::open() {
  make_private(path_);
  sqlite3* handle = nullptr;
  // NOMUTEX: one thread at a time is our promise, not SQLite's.
  const int code =
      sqlite3_open_v2(path_.c_str(), &handle,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(handle);
  if (code != SQLITE_OK) refuse(std::string("cannot be opened: ") + sqlite3_errmsg(handle));
  sqlite3_busy_timeout(handle, 1000);
  // Alone in the directory: the index of the log is kept in memory instead of a shared file.
  execute("PRAGMA locking_mode = EXCLUSIVE");
}

int Database::check_owner() const {
  std::int64_t application = 0;
  std::int64_t version = 0;
  std::int64_t object_count = 0;
  try {
    application = pragma("PRAGMA application_id");
    version = pragma("PRAGMA user_version");
    object_count = pragma("SELECT count(*) FROM sqlite_schema");
  } catch (const StorageError&) {
    const int code = sqlite3_errcode(handle());
    if (code == SQLITE_NOTADB) refuse("is not a squire database");
    if (code == SQLITE_BUSY) refuse("is open in another program");
    refuse(std::string("cannot be read: ") + sqlite3_errmsg(handle()));
  }
  if (application == 0 && object_count == 0 && version == 0) return 0;
  if (application != kApplicationId) refuse("is a database of another program");
  if (version > newest_version()) {
    throw StorageError(name() + " was written by a newer squire (schema " +
                       std::to_string(version) + "; this one knows " +
                       std::to_string(newest_version()) + "); use that version" +
                       (is_state_file_ ? "" : ", or choose another --data-dir"));
  }
  return static_cast<int>(version);
}

void Database::tune_for_copying() const {
  execute("PRAGMA page_size = 4096");
  execute("PRAGMA auto_vacuum = INCREMENTAL");
  execute("PRAGMA journal_mode = OFF");
  execute("PRAGMA synchronous = OFF");
  execute("PRAGMA temp_store = MEMORY");
}

void Database::tune_for_serving(const SqliteOptions& options) const {
  execute("PRAGMA page_size = 4096");
  // Both of new files alone.
  execute("PRAGMA auto_vacuum = INCREMENTAL");
  execute("PRAGMA journal_mode = WAL");
  execute("PRAGMA synchronous = FULL");
  execute("PRAGMA wal_autocheckpoint = 0");
  execute("PRAGMA cache_size = -32768");
  execute("PRAGMA temp_store = MEMORY");
  execute("PRAGMA mmap_size = 0");
  // Debian's SQLite overwrites deleted rows with zeros unless told not to.
  execute(options.secure_delete ? "PRAGMA secure_delete = ON" : "PRAGMA secure_delete = OFF");
  if (options.pages_max > 0) {
    execute(("PRAGMA max_page_count = " + std::to_string(options.pages_max)).c_str());
  }
}

bool Database::needs_checkpoint() const {
  return log_page_count_ >= kCheckpointPages;
}

void Database::checkpoint(Log log) {
  const int mode = log == Log::Truncated ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
  const int code = sqlite3_wal_checkpoint_v2(handle(), nullptr, mode, nullptr, nullptr);
  if (code == SQLITE_BUSY) return;  // somebody still reads; another time will do
  if (code != SQLITE_OK) throw_sqlite_error(handle());
  log_page_count_ = 0;
  has_log_ = log == Log::Kept;
}

void Database::limit_growth(std::optional<std::int64_t> pages) const {
  constexpr std::int64_t kMost = 4'294'967'294;
  execute(
      ("PRAGMA max_page_count = " + std::to_string(pages ? page_count() + *pages : kMost)).c_str());
}

void Database::shrink(int pages) const {
  execute(("PRAGMA incremental_vacuum(" + std::to_string(pages) + ")").c_str());
}

void Database::execute(const char* sql) const {
  if (sqlite3_exec(handle(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    throw_sqlite_error(handle());
  }
}

std::int64_t Database::pragma(const char* sql) const {
  Statement statement(handle(), sql);
  return statement.next() ? statement.integer(0) : 0;
}

void Database::refuse(const std::string& why) const {
  throw StorageError(name() + " " + why + (is_state_file_ ? "" : "; choose another --data-dir"));
}

std::string Database::name() const {
  return is_state_file_ ? "the file" : path_.string();
}

}  // namespace squire::storage
