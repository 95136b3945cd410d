#pragma once

#include <deque>
#include <functional>
#include <vector>

#include "squire/core/mutex.hpp"
#include "squire/engine/env.hpp"
#include "squire/engine/publication.hpp"
#include "squire/engine/watchers.hpp"

namespace squire::engine {

// What cannot leave the machine, caught so that somebody can look at it: emails, SMS, mobile
// pushes. Bounded in entries and in bytes: the oldest go first. Thread-safe; its mutex is a leaf
// but for the journal's.
class Outbox {
 public:
  // Both outlive the outbox.
  Outbox(const Env& env, const Rules& rules) : env_(env), rules_(rules) {}

  // A delivery of a publication.
  Ticket add(const Subscription& subscription, const Publication& publication,
             const std::string& body);
  // Anything else; number and time are set here.
  Ticket add(OutboxRow row);
  // Entries that `is_meant`, which is called under the mutex, are gone.
  Ticket remove_if(const std::function<bool(const OutboxRow&)>& is_meant);

  // At most `count_max` entries with a number above `after`, the oldest first.
  std::vector<OutboxRow> list(std::uint64_t after, std::size_t count_max) const;

  std::size_t count() const;
  // As Queue::watch().
  void watch(std::weak_ptr<Waiter> waiter);

  void walk(const Journal::Apply& apply) const;
  // All entries are gone, and the journal knows already.
  void drop_all();
  // A row read from the journal at start.
  void restore(OutboxRow row);

 private:
  static std::uint64_t size_in_bytes(const OutboxRow& row);

  void push(OutboxRow row) REQUIRES(mutex_);
  void drop_oldest() REQUIRES(mutex_);
  // Drops the oldest beyond the limits; false: there were none.
  bool trim() REQUIRES(mutex_);

  const Env& env_;
  const Rules& rules_;
  mutable Mutex mutex_{LockRank::Outbox};
  std::deque<OutboxRow> rows_ GUARDED_BY(mutex_);  // the oldest first
  std::uint64_t bytes_ GUARDED_BY(mutex_) = 0;
  bool is_ahead_ GUARDED_BY(mutex_) =
      false;  // the journal still has rows that were dropped at start
  Watchers watchers_ GUARDED_BY(mutex_);
  std::uint64_t last_number_ GUARDED_BY(mutex_) = 0;
};

}  // namespace squire::engine
