#pragma once

#include <deque>
#include <map>
#include <utility>

#include "squire/core/mutex.hpp"
#include "squire/engine/journal.hpp"
#include "squire/engine/store.hpp"

namespace squire::storage {

// Keeps nothing but the archives of topics, in memory: for tests and for `durability: memory`.
// Nothing to wait for, ever.
class MemoryJournal final : public engine::Journal {
 public:
  explicit MemoryJournal(engine::RowKinds kinds = engine::engine_row_kinds())
      : kinds_(std::move(kinds)) {}

  const engine::RowKinds& kinds() const override { return kinds_; }
  engine::Ticket append(engine::Record record) override;
  engine::Ticket append_both(engine::Record, engine::Record) override { return 0; }
  engine::Ticket last_ticket() const noexcept override { return 0; }
  bool is_durable(engine::Ticket) const noexcept override { return true; }
  bool has_failed() const noexcept override { return false; }
  std::size_t backlog_count() const noexcept override { return 0; }
  bool flush() override { return true; }
  void on_commit(std::weak_ptr<Waiter>) override {}
  // Nothing, but after replace() what that file holds.
  void load(const std::function<void(engine::Record)>& apply) override;
  void read_archive(const engine::ArchiveQuery& query,
                    std::function<void(ArchiveRows)> done) override;
  void begin_copy(const std::string& file) override { copy_ = file; }
  void finish_copy(const std::function<void(const Apply&)>& walk) override;
  void replace(const std::string& file) override { replacement_ = file; }

 private:
  void walk_archives(const Apply& apply);

  const engine::RowKinds kinds_;
  std::string copy_;
  std::string replacement_;  // empty: none
  Mutex mutex_{LockRank::Journal};
  std::map<std::uint32_t, std::deque<engine::ArchivedRow>> archives_ GUARDED_BY(mutex_);
};

}  // namespace squire::storage
