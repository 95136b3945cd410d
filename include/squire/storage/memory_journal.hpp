#pragma once

#include "squire/engine/journal.hpp"

namespace squire::storage {

// Forgets everything: for tests and for `durability: memory`. Nothing to wait for, ever.
class MemoryJournal final : public engine::Journal {
 public:
  engine::Ticket append(engine::Record) override { return 0; }
  engine::Ticket append_both(engine::Record, engine::Record) override { return 0; }
  engine::Ticket last_ticket() const noexcept override { return 0; }
  bool is_durable(engine::Ticket) const noexcept override { return true; }
  bool has_failed() const noexcept override { return false; }
  std::size_t backlog_count() const noexcept override { return 0; }
  void flush() override {}
  void on_commit(std::weak_ptr<Waiter>) override {}
  void load(const std::function<void(engine::Record)>&) override {}
};

}  // namespace squire::storage
