#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "squire/engine/journal.hpp"
#include "support/journal_contents.hpp"

namespace squire::test {

// A journal that commits when told to, and forgets on a crash what was not committed.
class CrashJournal final : public engine::Journal {
 public:
  const engine::RowKinds& kinds() const override { return engine::engine_row_kinds(); }
  engine::Ticket append(engine::Record record) override {
    const bool is_lazy = std::holds_alternative<engine::LazyDelivery>(record);
    if (!is_lost_) pending_.push_back(std::move(record));
    end_call();
    return is_lazy ? 0 : appended_ += 1;
  }
  engine::Ticket last_ticket() const noexcept override { return appended_; }
  engine::Ticket append_both(engine::Record first, engine::Record second) override {
    if (!is_lost_) pending_.push_back(std::move(first));
    return append(std::move(second));
  }
  bool is_durable(engine::Ticket ticket) const noexcept override { return ticket <= committed_; }
  bool has_failed() const noexcept override { return has_failed_; }
  engine::Room room() const noexcept override { return room_; }
  std::size_t backlog_count() const noexcept override { return pending_.size(); }
  bool flush() override {
    commit();
    return true;
  }
  void on_commit(std::weak_ptr<Waiter> waiter) override { waiters_.push_back(std::move(waiter)); }
  void load(const std::function<void(engine::Record)>& apply) override { contents_.walk(apply); }

  void read_archive(const engine::ArchiveQuery& query,
                    std::function<void(ArchiveRows)> done) override {
    commit();
    done(contents_.read_archive(query));
  }

  void begin_copy(const std::string&) override { refuse(); }
  void finish_copy(const std::function<void(const Apply&)>&) override { refuse(); }
  void replace(const std::string&) override { refuse(); }

  void commit() {
    for (const auto& record : pending_) contents_.apply(record);
    pending_.clear();
    committed_ = appended_;
    notify();
  }

  // What a new process finds.
  void crash() {
    pending_.clear();
    is_lost_ = false;
  }

  // The power fails right after the next call that appends something: the commit still has it.
  void fail_power_after_next_call() { ends_with_next_call_ = true; }

  void set_room(engine::Room room) {
    room_ = room;
    notify();
  }

  void fail() {
    has_failed_ = true;
    notify();
  }

 private:
  static void refuse() { throw std::logic_error("this journal has no files"); }

  void end_call() {
    if (!std::exchange(ends_with_next_call_, false)) return;
    commit();
    is_lost_ = true;
  }

  void notify() {
    for (const auto& weak : waiters_) {
      if (const auto waiter = weak.lock()) waiter->notify();
    }
  }

  std::vector<engine::Record> pending_;
  Contents contents_;
  engine::Ticket appended_ = 0;
  engine::Ticket committed_ = 0;
  bool has_failed_ = false;
  engine::Room room_ = engine::Room::Enough;
  bool ends_with_next_call_ = false;
  bool is_lost_ = false;
  std::vector<std::weak_ptr<Waiter>> waiters_;
};

}  // namespace squire::test
