#pragma once

#include <functional>

#include "squire/engine/journal.hpp"
#include "storage/database.hpp"
#include "storage/statements.hpp"

namespace squire::storage {

// Writes the archives of topics, in the transaction that RecordWriter has begun.
class ArchiveWriter {
 public:
  explicit ArchiveWriter(Database& database);

  void put(const engine::ArchivedRow& row);
  void expire(const engine::ArchiveExpired& expired);
  void remove(std::uint32_t topic);

 private:
  Statement put_;
  Statement expire_;
  Statement remove_;
};

// All archives, each topic's in order.
void load_archive(Database& database, const std::function<void(engine::ArchivedRow)>& apply);
// Journal::read_archive(), of what is committed.
engine::Journal::ArchiveRows read_archive(Database& database, const engine::ArchiveQuery& query);

}  // namespace squire::storage
