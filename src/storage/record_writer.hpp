#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>
#include <vector>

#include "squire/core/heartbeat.hpp"
#include "squire/engine/record.hpp"
#include "storage/archive.hpp"
#include "storage/database.hpp"
#include "storage/row_table.hpp"
#include "storage/statements.hpp"

namespace squire::storage {

// Turns batches of records into transactions. Used by one thread at a time.
//
// Within a batch the messages that are put and gone are first collected and sorted: what came and
// went is skipped, the rest is written in the order of the table, and neighbours are deleted
// together. Everything else is written in the order of the records.
// Lazy deliveries stay here, the last one per message, until a batch is written with deliveries.
// A purge is noted at once, but its rows are deleted in portions, one per batch, so that nobody
// waits for a million of them; after a restart, finish_purges() comes before loading.
class RecordWriter {
 public:
  explicit RecordWriter(Database& database);

  // Writes the batch in one transaction, or in none if nothing is left to write. The records must
  // live until it returns. Throws StorageError; after DiskFull nothing has changed, after others
  // the writer is of no use.
  void write(const std::vector<engine::Record>& batch, bool with_deliveries);

  // Only what the batch takes away, of what is stored: where there is no room for all of it, this
  // makes some. The batch can be written afterwards as if it had not been.
  void write_removals(const std::vector<engine::Record>& batch);

  bool has_deliveries() const { return !deliveries_.empty(); }
  // Whether there is more to delete: write() again soon, if only an empty batch.
  bool has_purges() const { return !purges_.empty(); }
  void finish_purges();

  // Beats while much is written. Null: nobody wants to know.
  void tell(Heart* heart) { heart_ = heart; }

 private:
  // A message put (row) or gone (null).
  struct Change {
    std::uint64_t key;
    std::uint32_t order;
    const engine::MessageRow* row;
  };

  void apply(const engine::RowPut& put);
  void apply(const engine::RowGone& gone);
  void apply(const engine::MessageRow& row);
  void apply(const engine::DeliveryRow& row);
  void apply(const engine::LazyDelivery& lazy);
  void apply(const engine::DeduplicationRow& row);
  void apply(const engine::MessageGone& gone);
  void apply(const engine::QueuePurged& purged);
  void apply(const engine::QueueGone& gone);
  void apply(const engine::DeduplicationGone& gone);
  void apply(const std::unique_ptr<engine::MessageMoved>& moved);
  void apply(const engine::TopicGone& gone);
  void apply(const std::unique_ptr<engine::ArchivedRow>& row);
  void apply(const engine::ArchiveExpired& expired);

  void change(std::uint64_t key, const engine::MessageRow* row);
  void purge(std::uint32_t queue, std::uint64_t last_sequence);
  void remove_all_of(std::uint32_t number);
  // Deletes about so many messages of a purged queue, at most; returns how many.
  std::int64_t delete_purged(std::uint32_t queue, std::int64_t count_max);
  void write_changes();
  void put(const engine::MessageRow& row);
  void put(const engine::DeliveryRow& row);
  // Deletes the messages with consecutive keys first … last.
  void remove(std::uint64_t first, std::uint64_t last);
  void write_deliveries(bool all);
  // What apply_all() applies becomes one transaction.
  template <typename Apply>
  void transact(bool with_deliveries, Apply&& apply_all);
  void begin();
  void commit();
  void roll_back();
  void load_purges();

  Heart* heart_ = nullptr;
  std::uint64_t statement_count_ = 0;
  bool in_transaction_ = false;
  bool may_have_stored_deliveries_ = true;
  std::vector<Change> changes_;
  std::uint32_t change_count_ = 0;  // in this batch, dropped ones included
  std::unordered_map<std::uint64_t, engine::DeliveryRow> deliveries_;
  std::map<std::uint32_t, std::uint64_t> purges_;  // the table `purged`
  std::vector<std::uint64_t> due_;  // keys of deliveries that must be in this transaction

  Database& database_;
  RowTables tables_;
  ArchiveWriter archive_;
  Statement begin_;
  Statement commit_;
  Statement roll_back_;
  Statement put_message_;
  Statement put_unsigned_message_;
  Statement put_detailed_message_;
  Statement put_delivery_;
  Statement put_purged_;
  Statement put_deduplication_;
  Statement remove_message_;
  Statement remove_messages_;
  Statement find_message_;
  Statement select_purged_;
  Statement remove_purged_;
  Statement remove_delivery_;
  Statement remove_deliveries_;
  Statement remove_deduplications_;
};

}  // namespace squire::storage
