#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "squire/engine/journal.hpp"
#include "squire/engine/store.hpp"

namespace squire::storage {

// A data directory that cannot be used; what() says which, why, and what to do.
struct StorageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct SqliteOptions {
  enum class Durability {
    Full,     // is_durable() after the commit, which is synced to the disk
    Relaxed,  // is_durable() at once; commits follow within 100 ms
  };

  std::filesystem::path directory;
  Durability durability = Durability::Full;
  std::int64_t pages_max = 0;  // of 4 KiB: a larger database is a full disk. 0: no limit
  // Of the file `squire.reserve`, which is given up when the disk is full, so that what makes room
  // can be committed; at most a quarter of the disk.
  std::int64_t reserve_bytes = 0;
  // Of all rows that are appended, or found in a file.
  engine::RowKinds kinds = engine::engine_row_kinds();
  bool secure_delete = false;  // what is deleted is overwritten
  // Gets a sentence for the log about what the operator should know. On any thread, without a lock.
  std::function<void(const std::string&)> on_event = {};
};

// The journal in one SQLite database, `squire.db` in the data directory (WAL, synchronous=FULL).
// One writer thread commits what was appended while the last commit ran; no timer in between, so
// batches grow with the load. Tables: src/storage/schema.hpp.
// Holds a lock on the directory: one daemon per directory.
//
// A message that comes and goes within one batch never reaches the disk. Lazy deliveries (and,
// Relaxed, everything) are gathered for up to 100 ms, the last value per message wins.
//
// A full disk: the reserve is given up, the batch is tried again, and room() says Scarce until the
// reserve could be made again or enough was deleted. If that is not enough, room() says None and
// the batch is kept and tried again, several times a second; what it takes away is committed first.
// The file shrinks in small steps between commits once more than half of it is free, and to what is
// needed when nothing else is to be done.
class SqliteJournal final : public engine::Journal {
 public:
  // Creates or opens the directory; throws StorageError.
  explicit SqliteJournal(SqliteOptions options);
  // Commits what is left, then closes. Appends must have ended.
  ~SqliteJournal() override;

  const engine::RowKinds& kinds() const override;
  engine::Ticket append(engine::Record record) override;
  engine::Ticket append_both(engine::Record first, engine::Record second) override;
  engine::Ticket last_ticket() const noexcept override;
  bool is_durable(engine::Ticket ticket) const noexcept override;
  bool has_failed() const noexcept override;
  std::size_t backlog_count() const noexcept override;
  engine::JournalStatistics statistics() const override;
  engine::Room room() const noexcept override;
  bool flush() override;
  void on_commit(std::weak_ptr<Waiter> waiter) override;
  // Throws StorageError if the database turns out to be damaged; nothing was changed then.
  void load(const std::function<void(engine::Record)>& apply) override;
  void read_archive(const engine::ArchiveQuery& query,
                    std::function<void(ArchiveRows)> done) override;
  // The copy grows between commits, some pages each time.
  void begin_copy(const std::string& file) override;
  void finish_copy(const std::function<void(const Apply&)>& walk) override;
  // The file becomes `squire.db`: it must be in the data directory.
  void replace(const std::string& file) override;

  // Why has_failed(), for the log; empty as long as it has not.
  std::string failure() const;

 private:
  class Writer;
  std::unique_ptr<Writer> writer_;
};

}  // namespace squire::storage
