#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "squire/engine/row.hpp"
#include "storage/database.hpp"
#include "storage/statements.hpp"

namespace squire::storage {

// CREATE TABLE, and an index if rows go with queues or topics that are not their key.
std::string create_table_sql(const engine::RowKind& kind);

// Calls `apply` with every row in the order of the kind; throws StorageError if one is damaged.
void load_table(Database& database, const engine::RowKind& kind,
                const std::function<void(std::unique_ptr<engine::Row>)>& apply);

// Writes the table of one kind of rows that describe themselves. Used by one thread at a time.
class RowTable {
 public:
  RowTable(Database& database, const engine::RowKind& kind);

  const engine::RowKind& kind() const { return kind_; }

  void put(const engine::Row& row);
  void remove(const engine::Row& key);
  // Whatever is, or goes with, the queue or topic of that number.
  void remove_of(std::uint32_t number);

 private:
  const engine::RowKind& kind_;
  Statement put_;
  Statement remove_;
  std::optional<Statement> remove_of_;  // if a column is such a number
};

// The tables of all kinds.
class RowTables {
 public:
  explicit RowTables(Database& database);

  RowTable& of(const engine::RowKind& kind);
  void remove_of(std::uint32_t number);

 private:
  std::vector<RowTable> tables_;
};

}  // namespace squire::storage
