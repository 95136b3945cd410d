#pragma once

#include <deque>
#include <functional>
#include <vector>

#include "squire/core/mutex.hpp"
#include "squire/engine/env.hpp"
#include "squire/engine/store.hpp"
#include "squire/engine/topic/publication.hpp"
#include "squire/engine/watchers.hpp"

namespace squire::engine {

// Something that cannot leave the machine, kept to be looked at.
struct OutboxRow {
  // Numbers rise.
  static constexpr RowTraits kRow{.table = "outbox", .noun = "outbox entry", .reuses_keys = false};

  std::uint64_t number = 0;  // rising
  TimePoint created_at;
  DeliveryProtocol protocol = DeliveryProtocol::Email;
  std::string endpoint;
  std::string topic_arn;         // empty: published to the endpoint itself
  std::string subscription_arn;  // likewise
  Uuid message_id;
  std::string subject;
  std::string body;
  MessageAttributes attributes;

  template <typename Columns, typename Self>
  static void columns(Columns& c, Self& row) {
    c.key("number", row.number);
    c("created_at", row.created_at);
    c("protocol", row.protocol, DeliveryProtocol::Firehose);
    c("endpoint", row.endpoint);
    c("topic_arn", row.topic_arn);
    c("subscription_arn", row.subscription_arn);
    c("message_id", row.message_id);
    c("subject", row.subject);
    c("body", row.body);
    c("attributes", row.attributes);
  }
};

// What cannot leave the machine, caught so that somebody can look at it: emails, SMS, mobile
// pushes. Bounded in entries and in bytes: the oldest go first. Thread-safe; its mutex is a leaf
// but for the journal's.
class Outbox final : public StoreOf<Outbox, OutboxRow> {
 public:
  // Both outlive the outbox.
  Outbox(const Env& env, const Rules& rules) : env_(env), rules_(rules) {}

  // A delivery of a publication.
  Ticket add(const Subscription& subscription, const Publication& publication,
             const std::string& body);
  // Anything else; number and time are set here.
  Ticket add(OutboxRow row);
  struct Removed {
    std::size_t count = 0;
    Ticket ticket = 0;
  };
  // Entries that `is_meant`, which is called under the mutex, are gone.
  Removed remove_if(const std::function<bool(const OutboxRow&)>& is_meant);

  // At most `count_max` entries with a number above `after`, the oldest first.
  std::vector<OutboxRow> list(std::uint64_t after, std::size_t count_max) const;

  std::size_t count() const;
  // As Queue::watch().
  void watch(std::weak_ptr<Waiter> waiter);

  using Store::restore;
  void restore(OutboxRow&& row);
  void walk(const Journal::Apply& apply) const override;
  // Of an account: what its topics sent.
  std::size_t clear(std::string_view account) override;
  void drop_all() override;

 private:
  static std::uint64_t size_in_bytes(const OutboxRow& row);

  void push(OutboxRow row) REQUIRES(mutex_);
  // Drops the oldest beyond the limits.
  void trim() REQUIRES(mutex_);
  // The journal of those.
  void tell_of_dropped() REQUIRES(mutex_);

  const Env& env_;
  const Rules& rules_;
  mutable Mutex mutex_{LockRank::Outbox};
  std::deque<OutboxRow> rows_ GUARDED_BY(mutex_);  // the oldest first
  std::uint64_t bytes_ GUARDED_BY(mutex_) = 0;
  // Numbers of rows that were dropped, and that the journal still has.
  std::vector<std::uint64_t> dropped_ GUARDED_BY(mutex_);
  Watchers watchers_ GUARDED_BY(mutex_);
  std::uint64_t last_number_ GUARDED_BY(mutex_) = 0;
};

}  // namespace squire::engine
