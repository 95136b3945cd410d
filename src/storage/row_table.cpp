#include "storage/row_table.hpp"

#include <algorithm>
#include <deque>
#include <stdexcept>

#include "storage/row_codec.hpp"

namespace squire::storage {
namespace {

using engine::Column;
using engine::ColumnType;
using engine::RowKind;
using engine::RowOrder;

// Rows of the kind AsMade have it in front: it rises with every new one.
constexpr const char* kPlace = "place";

std::string quote(std::string_view name) {
  return '"' + std::string(name) + '"';
}

// What `text` says of each column that `is_meant`, with `between` in between.
template <typename IsMeant, typename Text>
std::string joined(const RowKind& kind, std::string_view between, IsMeant is_meant, Text text) {
  std::string all;
  for (const Column& column : kind.columns) {
    if (!is_meant(column)) continue;
    if (!all.empty()) all += between;
    all += text(column);
  }
  return all;
}

bool is_any(const Column&) {
  return true;
}
bool is_key(const Column& column) {
  return column.is_key;
}
bool is_number(const Column& column) {
  return column.number != Column::Number::None;
}
std::string name(const Column& column) {
  return quote(column.name);
}
std::string equals(const Column& column) {
  return quote(column.name) + " = ?";
}

const char* sql_type(ColumnType type) {
  switch (type) {
    case ColumnType::Integer:
      return "INTEGER";
    case ColumnType::Text:
      return "TEXT";
    default:
      return "BLOB";
  }
}

std::string put_sql(const RowKind& kind) {
  const auto changes = joined(kind, ", ", std::not_fn(is_key), [](const Column& column) {
    return name(column) + " = excluded." + name(column);
  });
  return "INSERT INTO " + quote(kind.table) + " (" + joined(kind, ", ", is_any, name) +
         ") VALUES (" + joined(kind, ", ", is_any, [](const Column&) { return "?"; }) +
         ") ON CONFLICT (" + joined(kind, ", ", is_key, name) + ") DO " +
         (changes.empty() ? "NOTHING" : "UPDATE SET " + changes);
}

std::string remove_sql(const RowKind& kind) {
  return "DELETE FROM " + quote(kind.table) + " WHERE " + joined(kind, " AND ", is_key, equals);
}

std::string select_sql(const RowKind& kind) {
  const auto order = kind.order == RowOrder::AsMade ? kPlace : joined(kind, ", ", is_key, name);
  return "SELECT " + joined(kind, ", ", is_any, name) + " FROM " + quote(kind.table) +
         " ORDER BY " + order;
}

std::optional<Statement> remove_of_statement(Database& database, const RowKind& kind) {
  const auto column = std::ranges::find_if(kind.columns, is_number);
  if (column == kind.columns.end()) return std::nullopt;
  const auto sql = "DELETE FROM " + quote(kind.table) + " WHERE " + equals(*column);
  return Statement(database.handle(), sql.c_str());
}

// Binds a row's columns, one after the other.
class Binder final : public engine::ColumnWriter {
 public:
  explicit Binder(Statement& statement) : statement_(statement) {}

  void integer(const Column&, std::optional<std::int64_t> value) override {
    statement_.bind_at(++index_, value);
  }
  // An empty text takes no room, but in a key, where it must be told from none.
  void text(const Column& column, std::string_view value) override {
    const auto& kept = kept_.emplace_back(value);
    ++index_;
    column.is_key ? statement_.bind_at(index_, std::string_view(kept))
                  : statement_.bind_at(index_, TextOrNull{kept});
  }
  void id(const Column&, const Uuid& value) override { statement_.bind_at(++index_, value); }
  void map(const Column&, const engine::StringMap& value) override {
    statement_.bind_at(++index_, Blob{kept_.emplace_back(encode(value))});
  }
  void attributes(const Column&, const MessageAttributes& value) override {
    statement_.bind_at(++index_, Blob{kept_.emplace_back(encode(value))});
  }

 private:
  Statement& statement_;
  int index_ = 0;
  std::deque<std::string> kept_;  // what is bound, until the statement has run
};

// Reads the columns of the row that a statement stands on, one after the other.
class Cells final : public engine::ColumnReader {
 public:
  Cells(const Statement& row, const RowKind& kind) : row_(row), kind_(kind) {}

  std::optional<std::int64_t> integer(const Column&) override {
    const int at = column_++;
    return row_.is_null(at) ? std::nullopt : std::optional(row_.integer(at));
  }
  std::string text(const Column&) override { return row_.text(column_++); }
  Uuid id(const Column&) override { return row_.uuid(column_++); }
  engine::StringMap map(const Column&) override { return decode_string_map(row_.bytes(column_++)); }
  MessageAttributes attributes(const Column&) override {
    return decode_attributes(row_.bytes(column_++));
  }
  void refuse(const Column& column) override {
    throw StorageError("squire.db: the " + std::string(column.name) + " of a " + kind_.noun +
                       " is damaged");
  }

 private:
  const Statement& row_;
  const RowKind& kind_;
  int column_ = 0;
};

}  // namespace

std::string create_table_sql(const RowKind& kind) {
  const bool has_place = kind.order == RowOrder::AsMade;
  const auto columns = joined(kind, ", ", is_any, [](const Column& column) {
    return name(column) + ' ' + sql_type(column.type);
  });
  const auto keys = joined(kind, ", ", is_key, name);
  std::string sql = "CREATE TABLE " + quote(kind.table) + " (" +
                    (has_place ? std::string(kPlace) + " INTEGER PRIMARY KEY, " : "") + columns +
                    (has_place ? ", UNIQUE (" : ", PRIMARY KEY (") + keys + "))";
  if (!has_place) sql += " WITHOUT ROWID";
  const auto owners = joined(
      kind, ", ", [](const Column& column) { return is_number(column) && !column.is_key; }, name);
  if (owners.empty()) return sql;
  return sql + "; CREATE INDEX " + quote(std::string(kind.table) + "_owner") + " ON " +
         quote(kind.table) + " (" + owners + ")";
}

RowTable::RowTable(Database& database, const RowKind& kind)
    : kind_(kind),
      put_(database.handle(), put_sql(kind).c_str()),
      remove_(database.handle(), remove_sql(kind).c_str()),
      remove_of_(remove_of_statement(database, kind)) {}

void RowTable::put(const engine::Row& row) {
  Binder binder(put_);
  row.write(binder);
  put_.run_bound();
}

void RowTable::remove(const engine::Row& key) {
  Binder binder(remove_);
  key.write_key(binder);
  remove_.run_bound();
}

void RowTable::remove_of(std::uint32_t number) {
  if (remove_of_) remove_of_->run(std::int64_t{number});
}

void load_table(Database& database, const RowKind& kind,
                const std::function<void(std::unique_ptr<engine::Row>)>& apply) {
  Statement rows(database.handle(), select_sql(kind).c_str());
  while (rows.next()) {
    auto row = kind.make();
    Cells cells(rows, kind);
    row->read(cells);
    apply(std::move(row));
  }
}

RowTables::RowTables(Database& database) {
  for (const RowKind* kind : database.kinds()) tables_.emplace_back(database, *kind);
}

RowTable& RowTables::of(const RowKind& kind) {
  const auto table =
      std::ranges::find(tables_, &kind, [](const RowTable& table) { return &table.kind(); });
  if (table == tables_.end()) {
    throw std::logic_error(std::string("no table for rows of the kind ") + kind.table);
  }
  return *table;
}

void RowTables::remove_of(std::uint32_t number) {
  for (RowTable& table : tables_) table.remove_of(number);
}

}  // namespace squire::storage
