#include <algorithm>
#include <memory>
#include <set>
#include <string_view>

#include "squire/storage/maintenance.hpp"
#include "storage/database.hpp"
#include "storage/directory_lock.hpp"
#include "storage/private_file.hpp"
#include "storage/record_writer.hpp"
#include "storage/row_codec.hpp"
#include "storage/schema.hpp"
#include "storage/table_reader.hpp"

namespace squire::storage {
namespace {

namespace fs = std::filesystem;

// In this order: others hang on the first.
std::vector<std::string> table_names(const engine::RowKinds& kinds) {
  std::vector<std::string> names;
  const auto add = [&](bool are_before_messages) {
    for (const auto* kind : kinds) {
      if (kind->is_before_messages == are_before_messages) names.emplace_back(kind->table);
    }
  };
  add(true);
  names.insert(names.end(), {"purged", "message", "delivery", "deduplication", "archive"});
  add(false);
  return names;
}

// A copy that SQLite may recover and write to.
class ScratchCopy {
 public:
  ScratchCopy(const fs::path& database, const fs::path& directory)
      : path_(directory / "squire-temporary-salvage") {
    remove();
    copy(database, path_);
    std::error_code ignored;
    const fs::path log = database.string() + "-wal";
    if (fs::exists(log, ignored)) copy(log, path_.string() + "-wal");
  }
  ~ScratchCopy() { remove(); }
  ScratchCopy(const ScratchCopy&) = delete;
  ScratchCopy& operator=(const ScratchCopy&) = delete;

  const fs::path& path() const { return path_; }

 private:
  void copy(const fs::path& from, const fs::path& to) const {
    make_private(to);
    std::error_code error;
    fs::copy_file(from, to, fs::copy_options::overwrite_existing, error);
    if (error) {
      remove();
      throw StorageError(from.string() + " cannot be copied to " + to.string() + ": " +
                         error.message());
    }
    make_private(to);
  }
  void remove() const {
    std::error_code ignored;
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
      fs::remove(path_.string() + suffix, ignored);
    }
  }

  const fs::path path_;
};

// The column, if it cannot hold just anything; else null.
const engine::Column* find_column(const engine::RowKinds& kinds, std::string_view table,
                                  std::string_view name) {
  for (const auto& [of, column] : kTypedColumns) {
    if (of == table && column.name == name) return &column;
  }
  for (const auto* kind : kinds) {
    if (kind->table != table) continue;
    const auto at = std::ranges::find(kind->columns, name, &engine::Column::name);
    return at == kind->columns.end() ? nullptr : &*at;
  }
  return nullptr;
}

bool can_decode(engine::ColumnType type, std::string_view bytes) {
  try {
    if (type == engine::ColumnType::Map) decode_string_map(bytes);
    if (type == engine::ColumnType::Attributes) decode_attributes(bytes);
    return type != engine::ColumnType::Id || bytes.size() == Uuid{}.bytes.size();
  } catch (const StorageError&) {
    return false;
  }
}

class Salvage {
 public:
  Salvage(const fs::path& from, const fs::path& to, const engine::RowKinds& kinds)
      : to_(to, Database::StateFile::New, kinds), path_(from.string()) {
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(from.c_str(), &handle, SQLITE_OPEN_READWRITE, nullptr);
    from_.reset(handle);
    if (code != SQLITE_OK) throw StorageError(path_ + " cannot be opened");
    sqlite3_exec(handle, "PRAGMA locking_mode = EXCLUSIVE", nullptr, nullptr, nullptr);
    sqlite3_exec(handle, "SELECT count(*) FROM sqlite_schema", nullptr, nullptr, nullptr);
    const int schema_code = sqlite3_errcode(handle);
    if (schema_code != SQLITE_OK) {
      throw StorageError(std::string("its first page cannot be read: ") + sqlite3_errmsg(handle) +
                         "; the .recover command of the sqlite3 shell may find more");
    }
  }

  std::vector<std::string> run() {
    to_.execute("BEGIN");
    for (const auto& table : table_names(to_.kinds())) copy(table);
    to_.execute("COMMIT");
    RecordWriter(to_).finish_purges();  // what was deleted has not lost its queue
    to_.execute("BEGIN");
    repair_signatures();
    name_lost_queues();
    repair_sequences();
    to_.execute("COMMIT");
    return std::move(lines_);
  }

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close(handle); }
  };

  void copy(const std::string& table);
  bool is_sound(std::string_view table, sqlite3_stmt* row, int column) const;
  void repair_signatures();
  void name_lost_queues();
  void repair_sequences();

  Database to_;
  std::unique_ptr<sqlite3, Close> from_;
  const std::string path_;
  std::vector<std::string> lines_;
};

// Whether a column holds what the loader can read.
bool Salvage::is_sound(std::string_view table, sqlite3_stmt* row, int column) const {
  const auto* known = find_column(to_.kinds(), table, sqlite3_column_name(row, column));
  if (known == nullptr) return true;
  if (known->last) {
    const auto value = sqlite3_column_int64(row, column);
    return value >= 0 && value <= *known->last;
  }
  const auto* data = static_cast<const char*>(sqlite3_column_blob(row, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(row, column));
  return can_decode(known->type,
                    data == nullptr ? std::string_view() : std::string_view(data, size));
}

void Salvage::copy(const std::string& table) {
  // Columns of later versions keep their defaults.
  std::string columns, places;
  Statement info(from_.get(), ("PRAGMA table_info(" + table + ")").c_str());
  int column_count = 0;
  for (; info.next(); ++column_count) {
    columns += (columns.empty() ? "\"" : ", \"") + info.text(1) + '"';
    places += places.empty() ? "?" : ", ?";
  }
  if (column_count == 0) return;
  const auto sql = "INSERT OR IGNORE INTO " + table + " (" + columns + ") VALUES (" + places + ")";
  sqlite3_stmt* made = nullptr;
  if (sqlite3_prepare_v2(to_.handle(), sql.c_str(), -1, &made, nullptr) != SQLITE_OK) {
    throw_sqlite_error(to_.handle());
  }
  const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> insert(made, &sqlite3_finalize);
  TableReader reader(from_.get(), table, [&](sqlite3_stmt* row) {
    for (int column = 0; column < column_count; ++column) {
      if (!is_sound(table, row, column)) return false;
      sqlite3_bind_value(insert.get(), column + 1, sqlite3_column_value(row, column));
    }
    sqlite3_step(insert.get());
    if (sqlite3_reset(insert.get()) != SQLITE_OK) throw_sqlite_error(to_.handle());
    return true;
  });
  reader.read();
  std::string line = table + ": " + std::to_string(reader.read_count()) + " rows read";
  if (reader.damaged_row_count() > 0) {
    line += ", " + std::to_string(reader.damaged_row_count()) + " damaged rows left out";
  }
  if (!reader.error().empty()) line += "; some could not be read: " + reader.error();
  lines_.push_back(std::move(line));
}

// Where the place of a signature cannot be, the message keeps the text that was stored.
void Salvage::repair_signatures() {
  Statement repair(to_.handle(),
                   "UPDATE message SET signature_at = NULL WHERE signature_at IS NOT NULL AND"
                   " (typeof(signature_at) <> 'integer' OR"
                   "  signature_at NOT BETWEEN 1 AND length(CAST(body AS BLOB)))");
  repair.run();
  const auto count = repair.changed_count();
  if (count > 0) lines_.push_back("message: " + std::to_string(count) + " without their signature");
}

void Salvage::name_lost_queues() {
  Statement lost(to_.handle(),
                 "SELECT (key >> 40) & 0xFFFFFF AS number, count(*), max(deduplication_id NOTNULL)"
                 " FROM message WHERE number NOT IN (SELECT number FROM queue) GROUP BY number");
  Statement put(to_.handle(),
                "INSERT INTO queue VALUES (?, 'us-east-1', '000000000000', ?, 0, 0, ?, NULL)");
  while (lost.next()) {
    const bool is_fifo = lost.integer(2) != 0;
    const auto name = "salvaged-" + std::to_string(lost.integer(0)) + (is_fifo ? ".fifo" : "");
    const auto attributes =
        encode(is_fifo ? engine::StringMap{{"FifoQueue", "true"}} : engine::StringMap{});
    put.run(lost.integer(0), name, Blob{attributes});
    lines_.push_back("queue: number " + std::to_string(lost.integer(0)) + " is lost; its " +
                     std::to_string(lost.integer(1)) + " messages are in the new queue " + name +
                     " of us-east-1, account 000000000000");
  }
}

// No sequence may be given out twice.
void Salvage::repair_sequences() {
  to_.execute(
      "INSERT INTO sequence SELECT number, top FROM"
      " (SELECT (key >> 40) & 0xFFFFFF AS number, (max(key & 0xFFFFFFFFFF) | 65535) + 1 AS top"
      "  FROM message GROUP BY number) WHERE true"
      " ON CONFLICT (queue) DO UPDATE SET \"limit\" = max(\"limit\", excluded.\"limit\")");
}

}  // namespace

Salvaged salvage(const fs::path& directory, const engine::RowKinds& kinds) {
  const auto database = directory / "squire.db";
  Salvaged salvaged{directory / "squire-salvaged.db", {}};
  std::error_code error;
  if (!fs::exists(database, error)) throw StorageError(database.string() + " is not there");
  if (fs::exists(salvaged.file, error)) {
    throw StorageError(salvaged.file.string() + " is there already; move it away");
  }
  const DirectoryLock lock(directory);
  const ScratchCopy copy(database, directory);
  try {
    salvaged.lines = Salvage(copy.path(), salvaged.file, kinds).run();
    sync_file(salvaged.file);
    lock.sync();
  } catch (const std::exception& failure) {
    fs::remove(salvaged.file, error);
    throw StorageError(database.string() + ": " + failure.what());
  }
  return salvaged;
}

}  // namespace squire::storage
