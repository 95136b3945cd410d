#pragma once

#include <filesystem>
#include <memory>
#include <stdexcept>

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
};

// The journal in one SQLite database, `squire.db` in the data directory (WAL, synchronous=FULL).
// One writer thread commits what was appended while the last commit ran; no timer in between, so
// batches grow with the load. Tables: src/storage/schema.hpp.
// Holds a lock on the directory: one daemon per directory.
class SqliteJournal final : public engine::Journal {
 public:
  // Creates or opens the directory; throws StorageError.
  explicit SqliteJournal(SqliteOptions options);
  // Commits what is left, then closes. Appends must have ended.
  ~SqliteJournal() override;

  engine::Ticket append(engine::Record record) override;
  bool is_durable(engine::Ticket ticket) const noexcept override;
  bool has_failed() const noexcept override;
  std::size_t backlog_count() const noexcept override;
  void on_commit(std::weak_ptr<Waiter> waiter) override;
  void load(const std::function<void(engine::Record)>& apply) override;

 private:
  class Writer;
  std::unique_ptr<Writer> writer_;
};

}  // namespace squire::storage
