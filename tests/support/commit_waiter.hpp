#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>

#include "squire/engine/journal.hpp"

namespace squire::test {

// Waits for commits as the dispatcher does, but by blocking its thread.
class CommitWaiter final : public Waiter, public std::enable_shared_from_this<CommitWaiter> {
 public:
  static std::shared_ptr<CommitWaiter> of(engine::Journal& journal) {
    auto waiter = std::make_shared<CommitWaiter>();
    journal.on_commit(waiter);
    return waiter;
  }

  void notify() override {
    const std::lock_guard lock(mutex_);
    ++notified_count_;
    condition_.notify_all();
  }

  // Whether the ticket became durable; false after a failure, or after half a minute.
  bool wait(const engine::Journal& journal, engine::Ticket ticket) {
    const auto is_over = [&] { return journal.is_durable(ticket) || journal.has_failed(); };
    std::unique_lock lock(mutex_);
    condition_.wait_for(lock, std::chrono::seconds(30), is_over);
    return journal.is_durable(ticket);
  }

  // Waits until `count` notifications came; false after half a minute.
  bool wait_for_count(int count) {
    std::unique_lock lock(mutex_);
    return condition_.wait_for(lock, std::chrono::seconds(30),
                               [&] { return notified_count_ >= count; });
  }

  int notified_count() {
    const std::lock_guard lock(mutex_);
    return notified_count_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable condition_;
  int notified_count_ = 0;
};

}  // namespace squire::test
