#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "squire/engine/journal.hpp"

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
};

// The journal in one SQLite database, `squire.db` in the data directory (WAL, synchronous=FULL).
// One writer thread commits what was appended while the last commit ran; no timer in between, so
// batches grow with the load. Tables: src/storage/schema.hpp.
// Holds a lock on the directory: one daemon per directory.
//
// A message that comes and goes within one batch never reaches the disk. Deliveries (and, Relaxed,
// everything) are gathered for up to 100 ms, the last value per message wins.
class SqliteJournal final : public engine::Journal {
 public:
  // Creates or opens the directory; throws StorageError.
  explicit SqliteJournal(SqliteOptions options);
  // Commits what is left, then closes. Appends must have ended.
  ~SqliteJournal() override;

  engine::Ticket append(engine::Record record) override;
  engine::Ticket append_both(engine::Record first, engine::Record second) override;
  engine::Ticket last_ticket() const noexcept override;
  bool is_durable(engine::Ticket ticket) const noexcept override;
  bool has_failed() const noexcept override;
  std::size_t backlog_count() const noexcept override;
  engine::JournalStatistics statistics() const override;
  void flush() override;
  void on_commit(std::weak_ptr<Waiter> waiter) override;
  // Throws StorageError if the database turns out to be damaged.
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
